import { LEADS_OUTSIDE } from './link-guard.ts'
import { directoryChecks, printHolder } from './scripts.ts'

/** Programs that a deploy's scripts need in addition to those of every POSIX system. */
const tools = 'awk cmp find flock gzip mktemp setsid sha256sum stat tar timeout xargs'

/**
 * Checks everything that a deploy needs on a server apart from its Engine, even if parts are missing. Read-only.
 * Arguments: the app's directory; a host name to resolve, or an empty text.
 */
export const examineScript = `
set -u
path=$1 name=$2
section() { printf '\\n@@dray %s\\n' "$1"; }
existing() { place=$1; while [ ! -e "$place" ]; do place=$(dirname "$place"); done; printf '%s\\n' "$place"; }
section now
date +%s
section missing-tools
for tool in ${tools}; do command -v "$tool" > /dev/null || echo "$tool"; done
section connection
printf '%s\\n' "\${SSH_CONNECTION:-}"
section directory
(
  ${directoryChecks.reachable}
  ${directoryChecks.writable}
  for place in "$path/.dray" "$path/.dray/lock" "$path/.dray/journal.ndjson" "$path/.dray/releases"; do
    [ ! -L "$place" ] || { echo "\${place#"$path"/}"; exit ${LEADS_OUTSIDE}; }
    if [ -e "$place" ] && ! [ -w "$place" ]; then echo "$place: Permission denied" >&2; exit 1; fi
  done
) 2>&1
printf '\\n%s\\n' $?
section env
(
  ${directoryChecks.envFile}
  stat -c %a "$path/.env"
)
printf '\\n%s\\n' $?
section lock
${printHolder}
root=
if command -v docker > /dev/null; then
  root=$(docker info --format '{{.DockerRootDir}}' 2> /dev/null | head -c 4096)
  section compose
  docker compose version --short 2> /dev/null
fi
section disk-docker
df -P -k -- "$(existing "\${root:-/var/lib/docker}")" 2> /dev/null
section disk-app
df -P -k -- "$(existing "$path")" 2> /dev/null
if [ -n "$name" ] && command -v getent > /dev/null; then
  section looked-up
  getent ahosts "$name" | awk '{ print $1 }' | sort -u
fi
exit 0
`
