import { writeHosts } from './write-hosts.ts'

/** Printed when the names are pinned. */
export const PINNED = 'dray-pinned'

/**
 * For both scripts. Lines of dray in `/etc/hosts` end with `# dray APP PID`, of the process that pins them for an app; a proxy may serve
 * several. That number may be another process's by now, which a signal would end: of a file that containers share, or after a kill.
 */
const common = `
# Lines of /etc/hosts without those of a process of the app, or of all of them. A loop with \`read\` was seen not to end here (BusyBox 1.35).
others() { sed "/# dray $app $1$/d" /etc/hosts; }

${writeHosts}

# Fails without a write if the file cannot be read, such as without sed.
pin() {
  pid=$1
  shift
  text=$(others '[0-9]*') || return 1
  for line in "$@"; do text="$text
$line # dray $app $pid"; done
  write_hosts "$text"
}

unpin() { text=$(others "$1") && write_hosts "$text"; }

owner() { sed -n "/# dray $app [0-9]*$/{s/.* //p;q;}" /etc/hosts; }

is_holder() { [ -n "$(sed -n '/^echo ${PINNED}$/p' "/proc/$1/cmdline" 2> /dev/null)" ]; }

# Ends the process that pins names there, if it still runs.
end_owner() {
  former=$(owner)
  [ -n "$former" ] && is_holder "$former" && kill -TERM "$former" 2> /dev/null || return 0
  turn=0
  while [ "$(owner)" = "$former" ] && [ $turn -lt 40 ]; do
    turn=$((turn + 1))
    sleep 0.05
  done
}
`

/**
 * Pins names to addresses in a proxy's container that resolves names at every connection, until TERM ends it, or it is
 * not renewed for a time: a client that is killed leaves nothing behind.
 *
 * Signals: USR1 renews it, TERM ends it. Arguments: the app; seconds; a command that is run if it is not renewed, may be empty; then
 * \`ADDRESS NAME…\` for each container.
 * Exit codes: 0 ended; 6 \`/etc/hosts\` cannot be written. POSIX shell, including BusyBox.
 */
export const holdPinScript = `
set -u
app=$1
seconds=$2
expired=$3
shift 3
${common}
renew() { begun=$(date +%s) && until=$((begun + seconds)); }
renew || exit 6
end_owner
trap renew USR1
trap 'exit 0' TERM INT HUP
# Another process of the app may pin names by then.
trap 'unpin $$' EXIT
pin $$ "$@" 2>&1 || exit 6
echo ${PINNED}
while [ "$(date +%s)" -lt "$until" ]; do sleep 0.5 2> /dev/null || sleep 1 || exit 6; done
[ -z "$expired" ] || { unpin $$; sh -c "$expired"; }
`

/**
 * Renews, changes or ends what the other script pins. Arguments: the app; \`renew\`, \`end\`, or
 * \`change\` with the new lines.
 * Exit codes: 0 done; 6 \`/etc/hosts\` cannot be written; 7 nothing is pinned.
 */
export const changePinScript = `
set -u
app=$1
action=$2
shift 2
${common}
if [ "$action" = end ]; then
  end_owner
  [ -z "$(owner)" ] || unpin '[0-9]*' || exit 6
  exit 0
fi
pid=$(owner)
[ -n "$pid" ] && is_holder "$pid" && kill -USR1 "$pid" 2> /dev/null || exit 7
[ "$action" = renew ] || pin "$pid" "$@" 2>&1 || exit 6
`
