/** Shell function `any_of`: whether one word of the first list is in the second. */
export const anyOf = `
any_of() {
  for wanted in $1; do
    case " $2 " in *" $wanted "*) return 0 ;; esac
  done
  return 1
}
`

/** Shell function `any_new`: whether one word of the first list is not in the second. */
export const anyNew = `
any_new() {
  for pid in $1; do
    case " $2 " in *" $pid "*) ;; *) return 0 ;; esac
  done
  return 1
}
`

/** Printed by the script when only new workers accept connections; it then waits for the old workers to exit. */
export const SWITCHED = 'dray-turned'

/** Printed by the script when it waits for another process to make nginx reload. */
export const READY = 'dray-ready'

/**
 * Runs inside the proxy's container, in its own shell, so that it completes even if the client is killed.
 *
 * nginx resolves the names of `proxy_pass` once, when it loads its configuration, while Docker's DNS still returns the old
 * container as well as the new one. `/etc/hosts` takes precedence over DNS at that point. So the script writes the new
 * addresses there, tests the configuration, reloads nginx, and removes the lines as soon as new workers run, since workers
 * keep the addresses that they resolved. The old workers finish their requests to the old containers and exit; only then
 * may those containers be stopped.
 *
 * Arguments: `self`, or `other` if another process tests and reloads, as the user that nginx runs as; time limit for the old workers in seconds, then `ADDRESS NAME…` for each container.
 * Exit codes: 0 switched and drained; 3 configuration rejected; 4 nginx did not reload; 6 `/etc/hosts` cannot be
 * written; 5 switched, but old workers were
 * still busy at the time limit.
 * https://nginx.org/en/docs/control.html ; POSIX shell, including BusyBox.
 */
export const proxyScript = `
set -u
how=$1
limit=$2
shift 2

workers() {
  nginx=' '
  pairs=''
  for stat in /proc/[0-9]*/stat; do
    read -r pid name _ parent _ 2> /dev/null < "$stat" || continue
    [ "$name" = '(nginx)' ] || continue
    nginx="$nginx$pid "
    pairs="$pairs $pid:$parent"
  done
  for pair in $pairs; do
    case $nginx in *" \${pair#*:} "*) printf '%s ' "\${pair%:*}" ;; esac
  done
}

${anyOf}
${anyNew}

# Whether one of these workers still accepts connections: nginx changes a worker's title before it closes its sockets.
any_serving() {
  for pid in $1; do
    title=''
    read -r title 2> /dev/null < "/proc/$pid/cmdline"
    case $title in '' | *'shutting down'*) ;; *) return 0 ;; esac
  done
  return 1
}

without_ours() {
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in *'# dray') ;; *) printf '%s\\n' "$line" ;; esac
  done < /etc/hosts
}

clear_hosts() {
  rest=$(without_ours)
  printf '%s\\n' "$rest" > /etc/hosts
}

old=$(workers)
if [ $# -gt 0 ]; then
  trap clear_hosts EXIT
  clear_hosts || exit 6
  for line in "$@"; do printf '%s # dray\\n' "$line" >> /etc/hosts || exit 6; done
fi
if [ "$how" = self ]; then
  nginx -t 2>&1 || exit 3
  nginx -s reload 2>&1 || exit 4
else
  echo ${READY}
fi
turn=0
until any_new "$(workers)" "$old"; do
  turn=$((turn + 1))
  [ $turn -lt 500 ] || exit 4
  sleep 0.02
done
turn=0
while any_serving "$old" && [ $turn -lt 100 ]; do
  turn=$((turn + 1))
  sleep 0.02
done
# At the exit, another run of this script may have written its own lines.
if [ $# -gt 0 ]; then
  clear_hosts
  trap - EXIT
fi
echo ${SWITCHED}
turn=0
while any_of "$old" "$(workers)"; do
  turn=$((turn + 1))
  [ $turn -lt $((limit * 20)) ] || exit 5
  sleep 0.05
done
`
