# What `cress` and `bench/run` share when they run from a checkout: finds a JDK, builds a module when sources are newer
# than its last build. Sourced by bash, with `root` set to the checkout.

java_min=25

# What the command is built from; another program names its own.
sources=("$root"/pom.xml
  "$root"/{router,edge-node,wasm-host,control-plane/contract,control-plane/identity,control-plane/server,cli}/{pom.xml,src/main}
  "$root"/examples/hello/hello.wasm)

say() { printf '%s\n' "$*" >&2; }

# Prints the major version of the JDK in a folder, or nothing.
version_of() {
  local release="$1/release" line
  if [ -x "$1/bin/java" ] && [ -r "$release" ]; then
    line=$(grep '^JAVA_VERSION=' "$release" | tr -d '"') || return 0
    line=${line#JAVA_VERSION=}
    line=${line%%[.+-]*}
    [[ $line =~ ^[0-9]+$ ]] && printf '%s' "$line"
  fi
  return 0
}

# The folders where JDKs are usually found, the user's own word first.
candidates() {
  local path
  for path in "${CRESS_JAVA_HOME:-}" "${JAVA_HOME:-}"; do
    [ -n "$path" ] && printf '%s\n' "$path"
  done
  path=$(command -v java 2>/dev/null) && dirname "$(dirname "$(readlink -f "$path")")"
  # CRESS_JDK_DIRS names other folders than these, separated by spaces
  for path in ${CRESS_JDK_DIRS-/usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.jdks/* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.local/share/mise/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home}; do
    [ -d "$path" ] && printf '%s\n' "$path"
  done
  return 0
}

find_java() {
  local home version found=""
  while IFS= read -r home; do
    version=$(version_of "$home")
    [ -n "$version" ] || continue
    if [ "$version" -ge "$java_min" ]; then
      printf '%s' "$home"
      return 0
    fi
    case "$found" in *"$home)"*) ;; *) found="$found${found:+, }$version ($home)" ;; esac
  done < <(candidates)
  say "cress: needs a JDK $java_min or later, found ${found:-none}."
  say "Install one (Debian: openjdk-$java_min-jdk-headless; others: Eclipse Temurin $java_min),"
  say "or set CRESS_JAVA_HOME to where it is."
  return 1
}

# Whether a source is newer than the last build of this module.
is_stale() {
  local built="$root/$1/target/built" newer
  [ -f "$built" ] || return 0
  newer=$(find "${sources[@]}" -newer "$built" -print -quit 2>/dev/null)
  [ -n "$newer" ]
}

# Builds a module and what it needs.
build() {
  if ! command -v mvn >/dev/null; then
    say "cress: needs Maven (mvn) to build itself; install it, on Debian: apt install maven"
    return 1
  fi
  local started=$SECONDS log="$root/target/$1-build.log"
  mkdir -p "$root/target"
  say "cress: building, about a minute the first time …"
  # each module that is done is a line of progress
  if ! (cd "$root" && mvn -B -ntp -DskipTests -Dmaven.test.skip=true -pl "$1" -am package 2>&1) |
    tee "$log" |
    sed -nu 's/^\[INFO\] Building \(.*\) 0\.1\.0-SNAPSHOT.*/  \1/p' >&2; then
    say "cress: the build failed:"
    grep -m 20 -E '^\[ERROR\]' "$log" >&2 || tail -n 20 "$log" >&2
    return 1
  fi
  touch "$root/$1/target/built"
  say "cress: built in $((SECONDS - started)) s"
}

# Prints the class path of a module that is built: every jar by name, always in the same order.
class_path_of() {
  local LC_ALL=C
  printf '%s:' "$root/$1/target/lib"/*.jar
  printf '%s' "$root/$1/target/$1-0.1.0-SNAPSHOT.jar"
}
