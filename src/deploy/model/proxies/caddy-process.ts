/**
 * Shell text that finds the Caddy that serves, goes to its directory, and makes `--config` and `--adapter` of its own
 * command line the arguments `$@`. Exits with 4 without such a process. POSIX shell, including BusyBox.
 */
export const findCaddyProcess = `
# The process that serves: a \`caddy reload\` has the same name.
serving() {
  for directory in /proc/[0-9]*; do
    read -r name 2> /dev/null < "$directory/comm" || continue
    [ "$name" = caddy ] || continue
    tr '\\0' ' ' < "$directory/cmdline" | grep -q ' run' || continue
    printf '%s' "\${directory#/proc/}"
    return
  done
}

pid=$(serving)
[ -n "$pid" ] || { echo 'caddy run is not running'; exit 4; }
cd "/proc/$pid/cwd" 2> /dev/null || true
words=$(tr '\\0' '\\n' < "/proc/$pid/cmdline")
config=''
adapter=''
previous=''
while IFS= read -r word; do
  case $previous in --config | -c) config=$word ;; --adapter | -a) adapter=$word ;; esac
  case $word in --config=*) config=\${word#*=} ;; --adapter=*) adapter=\${word#*=} ;; esac
  previous=$word
done << WORDS
$words
WORDS
set --
[ -z "$config" ] || set -- "$@" --config "$config"
[ -z "$adapter" ] || set -- "$@" --adapter "$adapter"
`
