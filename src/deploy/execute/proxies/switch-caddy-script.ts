import { findCaddyProcess } from '../../model/proxies/caddy-process.ts'
import { anyOf, SWITCHED } from './switch-script.ts'

/**
 * Runs inside Caddy's container. Names are pinned by then, so that every new connection goes to the new containers. The
 * reload makes the server of the old configuration close each client's connection after its request, and clients are what
 * is counted: the old configuration's idle connections to the old containers stay open for minutes, unused.
 *
 * With `admin off` Caddy reloads on USR1 (2.11 and newer). Arguments: `test` or `switch`; time limit for the requests in
 * seconds. Exit codes: 0 tested, or switched and drained; 3 configuration rejected; 4 Caddy did not reload; 5 switched, but
 * requests were still under way at the time limit. POSIX shell, including BusyBox.
 * https://caddyserver.com/docs/command-line
 */
export const caddyScript = `
set -u
action=$1
limit=$2
${findCaddyProcess}
caddy validate "$@" 2>&1 || exit 3
[ "$action" = switch ] || exit 0

# Ports of the container that clients can reach, and the connections of clients.
ports() {
  grep -h ' 0A [0-9A-F]*:' /proc/net/tcp /proc/net/tcp6 2> /dev/null | while read -r _ here _; do
    case $here in *7F:* | 00000000000000000000000001000000:*) ;; *) printf '%s ' "\${here##*:}" ;; esac
  done
}
clients() {
  grep -h ' 01 [0-9A-F]*:' /proc/net/tcp /proc/net/tcp6 2> /dev/null | while read -r _ here there _; do
    case " $listening " in *" \${here##*:} "*) printf '%s>%s ' "$here" "$there" ;; esac
  done
}
${anyOf}
listening=$(ports)
before=$(clients)
if caddy adapt "$@" 2> /dev/null | grep -q '"admin":{"disabled":true'; then
  kill -USR1 "$pid" || exit 4
  sleep 2
else
  caddy reload --force "$@" 2>&1 || exit 4
fi
after=$(clients)
echo ${SWITCHED}
turn=0
while any_of "$before" "$(clients)"; do
  turn=$((turn + 1))
  [ $turn -lt $((limit * 5)) ] || exit 5
  sleep 0.2
done
# Connections accepted during the reload: some belong to the new configuration and stay.
turn=0
while any_of "$after" "$(clients)" && [ $turn -lt 25 ]; do
  turn=$((turn + 1))
  sleep 0.2
done
`
