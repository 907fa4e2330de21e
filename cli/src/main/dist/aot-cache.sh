# The JVM's AOT cache: classes read, linked and laid out once, by a training run after a build, so that every start
# finds them ready. Sourced by `cress` after checkout.sh, with `java_home`, `flags` (a file) and `class_path` set.

cache="$root/cli/target/cress.aot"
# The same of a build worker's JVM, which has flags of its own; the JVM that starts it names it.
build_cache="$root/cli/target/build.aot"
# What the cache was made with. It is there without the cache when training failed: no start tries again.
ties="$cache.ties"
training_seconds_max=120

# What a cache is tied to, a line each: what differs is what is said.
tied_to() {
  printf 'JDK: %s, %s\n' "$java_home" "$(tr '\n' ' ' <"$java_home/release")"
  printf 'flags: %s\n' "$(grep -v '^ *\(#\|$\)' "$flags" | tr '\n' ' ')"
  printf 'class path: %s\n' "$class_path"
}

# Runs everything once, on free ports of loopback, and has the JVM write its cache. Without one starts are slower, so
# that failing is said but fails nothing.
train() {
  local started=$SECONDS log="$root/cli/target/training.log" folder bound=()
  folder=$(mktemp -d "$root/cli/target/training.XXXXXX") || return 0
  command -v timeout >/dev/null && bound=(timeout "$training_seconds_max")
  say "cress: training, so that starts are faster …"
  if ${bound[@]+"${bound[@]}"} "$java_home/bin/java" "@$flags" "-XX:AOTCacheOutput=$folder/cress.aot" \
    -cp "$class_path" dev.cress.cli.Cress train --data "$folder/data" \
    --build-cache "$folder/build.aot" >"$log" 2>&1 &&
    [ -s "$folder/cress.aot" ] && [ -s "$folder/build.aot" ]; then
    mv "$folder/build.aot" "$build_cache"
    mv "$folder/cress.aot" "$cache"
    say "cress: trained in $((SECONDS - started)) s"
  else
    rm -f "$cache" "$build_cache"
    say "cress: training failed, so starts are slower; why is in $log"
  fi
  tied_to >"$ties"
  rm -rf "$folder"
}

# Sets `aot` to the JVM's options for the cache, or to none and says why not.
choose_cache() {
  local now made jar changed=""
  aot=()
  [ -f "$cache" ] || return 0
  while IFS= read -r now; do
    IFS= read -r made <&3 || made=""
    [ "$now" = "$made" ] || changed="$changed${changed:+, }${now%%:*}"
  done < <(tied_to) 3<"$ties"
  local IFS=:
  for jar in $class_path; do
    [ "$jar" -nt "$cache" ] && changed="$changed${changed:+, }$(basename "$jar")"
  done
  if [ -n "$changed" ]; then
    say "cress: starts without its AOT cache, since this changed: $changed"
    say "  (rm $ties, and the next start makes another)"
    return 0
  fi
  # what else keeps the JVM from using it, it says itself, and not where results go
  aot=("-XX:AOTCache=$cache" -Xlog:disable -Xlog:all=warning:stderr "-Dcress.build.cache=$build_cache")
}
