/** Printed when the names are pinned. */
export const PINNED = 'dray-pinned'

/** For both scripts. Lines of dray in `/etc/hosts` end with `# dray PID`, of the process that pins them. */
const common = `
# Lines of /etc/hosts that are not dray's. A loop with \`read\` was seen not to end here (BusyBox 1.35).
others() { sed '/# dray/d' /etc/hosts; }

# One write, so that a reader does not see half of the file. Fails if it cannot be written.
pin() {
  pid=$1
  shift
  text=$(others)
  for line in "$@"; do text="$text
$line # dray $pid"; done
  printf '%s\\n' "$text" > /etc/hosts || return 1
  now=$(cat /etc/hosts)
  [ "$now" = "$text" ]
}
`

/**
 * Pins names to addresses in a proxy's container that resolves names at every connection, until TERM ends it, or it is
 * not renewed for a time: a client that is killed leaves nothing behind.
 *
 * Signals: USR1 renews it, TERM ends it. Arguments: seconds; a command that is run if it is not renewed, may be empty; then
 * \`ADDRESS NAME…\` for each container.
 * Exit codes: 0 ended; 6 \`/etc/hosts\` cannot be written. POSIX shell, including BusyBox.
 */
export const holdPinScript = `
set -u
seconds=$1
expired=$2
shift 2
${common}
renew() { until=$(($(date +%s) + seconds)); }
renew
trap renew USR1
trap 'exit 0' TERM INT HUP
trap 'pin 0' EXIT
pin $$ "$@" 2>&1 || exit 6
echo ${PINNED}
while [ "$(date +%s)" -lt "$until" ]; do sleep 0.5; done
[ -z "$expired" ] || { pin 0; sh -c "$expired"; }
`

/**
 * Renews, changes or ends what the other script pins. Arguments: \`renew\`, \`end\`, or \`change\` with the new lines.
 * Exit codes: 0 done; 6 \`/etc/hosts\` cannot be written; 7 nothing is pinned.
 */
export const changePinScript = `
set -u
action=$1
shift
${common}
owner() {
  while IFS= read -r line; do
    case $line in *'# dray '*) printf '%s' "\${line##*# dray }"; return ;; esac
  done < /etc/hosts
}

pid=$(owner)
if [ "$action" = end ]; then
  [ -z "$pid" ] || kill -TERM "$pid" 2> /dev/null
  turn=0
  while [ -n "$(owner)" ] && [ $turn -lt 40 ]; do
    turn=$((turn + 1))
    sleep 0.05
  done
  [ -z "$(owner)" ] || pin 0 || exit 6
  exit 0
fi
[ -n "$pid" ] && kill -USR1 "$pid" 2> /dev/null || exit 7
[ "$action" = renew ] || pin "$pid" "$@" 2>&1 || exit 6
`
