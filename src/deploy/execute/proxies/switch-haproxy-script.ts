import { haproxyFunctions } from '../../model/proxies/haproxy-process.ts'
import { anyOf, READY, SWITCHED, workerWaits } from './switch-script.ts'
import { writeHosts } from './write-hosts.ts'

/**
 * Runs inside HAProxy's container, so that it completes even if the client is killed.
 *
 * HAProxy looks up the names of its servers once, when a worker's configuration is loaded, and then `/etc/hosts` takes
 * precedence over Docker's DNS. The lines stay until the old workers have exited: from version 3.1 the new worker itself
 * loads the configuration, and old ones exit only after that.
 *
 * Arguments: `test`, `reload`, or `self` for both with the addresses; `other` if another process tests and reloads, as the
 * user that HAProxy runs as; time limit for the old workers in seconds, then `ADDRESS NAME…` for each container.
 * Exit codes: 0 tested, or switched and drained; 3 configuration rejected; 4 HAProxy did not reload; 5 switched, but old
 * workers were still busy at the time limit; 6 `/etc/hosts` cannot be written. POSIX shell, including BusyBox.
 * https://docs.haproxy.org/2.6/management.html#4
 */
export const haproxyScript = `
set -u
how=$1
limit=$2
shift 2
${haproxyFunctions}
${anyOf}
${workerWaits}
check() {
  words=$(command_line)
  set --
  while IFS= read -r word; do set -- "$@" "$word"; done << WORDS
$words
WORDS
  program=$1
  shift
  "$program" -c "$@" 2>&1
}

${writeHosts}
# Instead of the lines of the process, or of every process for \`*\`, writes those that follow.
pin() {
  hosts=$(while IFS= read -r line || [ -n "$line" ]; do
    # shellcheck disable=SC2254
    case $line in *'# dray '$1) ;; *) printf '%s\\n' "$line" ;; esac
  done < /etc/hosts)
  shift
  for line in "$@"; do hosts="$hosts
$line # dray $$"; done
  write_hosts "$hosts"
}

master=$(find_master)
[ -n "$master" ] || { echo 'no master process of haproxy is running'; exit 4; }
cd "/proc/$master/cwd" 2> /dev/null || true
case $how in
  test) check || exit 3; exit 0 ;;
  reload) kill -USR2 "$master" || exit 4; exit 0 ;;
esac
old=$(workers)
if [ $# -gt 0 ]; then
  trap 'pin $$' EXIT
  pin '*' "$@" || exit 6
fi
if [ "$how" = self ]; then
  check || exit 3
  kill -USR2 "$master" || exit 4
else
  echo ${READY}
fi
until_new_worker
# A worker that cannot start, such as for a port that is taken, exits, and the old ones continue.
turn=0
while any_of "$old" "$(workers)" && [ $turn -lt 50 ]; do
  turn=$((turn + 1))
  sleep 0.02
done
any_new "$(workers)" "$old" || exit 4
echo ${SWITCHED}
until_old_workers_exit
`
