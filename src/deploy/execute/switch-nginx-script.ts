/** What the script prints when new workers alone take connections; it then waits for the old ones to end. */
export const SWITCHED = 'dray-turned'

/**
 * Runs inside the proxy's container, in its own shell, so that it finishes even when the client is killed.
 *
 * nginx resolves the names of `proxy_pass` once, when it loads its configuration, and Docker's DNS goes on naming the old
 * container beside the new one. `/etc/hosts` comes before DNS then. So: write the new addresses there, test, reload, and
 * take the lines out again as soon as new workers run, since what they resolved they keep. The old workers finish the
 * requests they serve, to the old containers, and end; only then may those be stopped.
 *
 * Arguments: seconds the old workers get, then `ADDRESS NAME…` for each container.
 * Exit codes: 0 turned and drained; 3 the configuration is refused; 4 nginx did not take it; 5 turned, but old workers
 * were still busy when the time was over.
 * https://nginx.org/en/docs/control.html ; POSIX shell, also that of BusyBox.
 */
export const proxyScript = `
set -u
limit=$1
shift

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

any_of() {
  for wanted in $1; do
    case " $2 " in *" $wanted "*) return 0 ;; esac
  done
  return 1
}

any_new() {
  for pid in $1; do
    case " $2 " in *" $pid "*) ;; *) return 0 ;; esac
  done
  return 1
}

# Whether one of these workers still takes connections: nginx gives it another title before it closes its listening sockets.
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
  clear_hosts
  for line in "$@"; do printf '%s # dray\\n' "$line" >> /etc/hosts; done
fi
nginx -t 2>&1 || exit 3
nginx -s reload 2>&1 || exit 4
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
[ $# -eq 0 ] || clear_hosts
echo ${SWITCHED}
turn=0
while any_of "$old" "$(workers)"; do
  turn=$((turn + 1))
  [ $turn -lt $((limit * 20)) ] || exit 5
  sleep 0.05
done
`
