# Finds a JDK that Cress can run on. Sourced by `cress`, `bench/run` and `.ci/run`.

java_min=25

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
  echo >&2 "cress: needs a JDK $java_min or later, found ${found:-none}."
  echo >&2 "Install one (Debian: openjdk-$java_min-jdk-headless; others: Eclipse Temurin $java_min),"
  echo >&2 "or set CRESS_JAVA_HOME to where it is."
  return 1
}
