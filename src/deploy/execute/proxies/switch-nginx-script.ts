import { anyOf, READY, SWITCHED, workerWaits } from './switch-script.ts'
import { writeHosts } from './write-hosts.ts'

/**
 * Runs inside the proxy's container, in its own shell, so that it completes even if the client is killed.
 *
 * nginx resolves the names of `proxy_pass` once, when it loads its configuration, while Docker's DNS still returns the old
 * container as well as the new one. `/etc/hosts` takes precedence over DNS at that point. So the script writes the new
 * addresses there, tests the configuration, reloads nginx, and removes the lines as soon as new workers run, since workers
 * keep the addresses that they resolved. The old workers finish their requests to the old containers and exit; only then
 * may those containers be stopped.
 *
 * With `resolver` and a variable, nginx resolves a name at run time, unless a server of that name and port is in the configuration:
 * then it uses the addresses of that one. So a file of the configuration gets such servers, for the moment of the reload.
 * They are in `/dev/shm`, which is empty after a restart. Names are pinned to addresses by then.
 * https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass
 *
 * Arguments: `self`, or `other` if another process tests and reloads, as the user that nginx runs as; time limit for the old workers
 * in seconds; that file, names and ports, or three empty ones; then `ADDRESS NAME…` for each container.
 * Exit codes: 0 switched and drained; 3 configuration rejected; 4 nginx did not reload; 6 `/etc/hosts` or the file cannot be
 * written; 5 switched, but old workers were
 * still busy at the time limit.
 * https://nginx.org/en/docs/control.html ; POSIX shell, including BusyBox.
 */
export const proxyScript = `
set -u
how=$1
limit=$2
file=$3
names=$4
ports=$5
shift 5

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
${workerWaits}

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

${writeHosts}
pin() {
  hosts=$(without_ours)
  for line in "$@"; do hosts="$hosts
$line # dray"; done
  write_hosts "$hosts"
}

list_servers() {
  echo "server { listen unix:$directory.sock;"
  number=0
  for name in $names; do
    for port in $ports; do
      number=$((number + 1))
      echo "location = /$number { internal; proxy_pass http://$name:$port; }"
    done
  done
  echo '}'
}

# A run that was killed left the file extended.
restore_file() {
  [ ! -e "$file.dray" ] || mv "$file.dray" "$file"
  [ -z "$directory" ] || rm -r "$directory"
}

extend_file() {
  restore_file && directory=$(mktemp -d /dev/shm/dray.XXXXXX) && chmod 755 "$directory" || return 1
  list_servers > "$directory/servers.conf" && cp -p "$file" "$file.dray" && cp -p "$file" "$file.dray-new" || return 1
  printf '\ninclude %s/*.conf;\n' "$directory" >> "$file.dray-new" && mv "$file.dray-new" "$file"
}

old=$(workers)
if [ $# -gt 0 ]; then
  trap pin EXIT
  pin "$@" || exit 6
fi
[ "$how" = other ] || nginx -t 2>&1 || exit 3
if [ -n "$file" ]; then
  directory=''
  trap restore_file EXIT
  extend_file || exit 6
fi
if [ "$how" = self ]; then
  nginx -s reload 2>&1 || exit 4
else
  echo ${READY}
fi
until_new_worker
turn=0
while any_serving "$old" && [ $turn -lt 100 ]; do
  turn=$((turn + 1))
  sleep 0.02
done
# At the exit, another run of this script may have written its own lines.
if [ $# -gt 0 ]; then
  pin
  trap - EXIT
fi
if [ -n "$file" ]; then
  restore_file
  trap - EXIT
fi
echo ${SWITCHED}
until_old_workers_exit
`
