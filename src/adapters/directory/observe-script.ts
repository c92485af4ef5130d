import {
  balancerLine,
  hashFiles,
  journalBytes,
  JOURNAL_TAIL_BYTES,
  keyNames,
  mayBeThere,
  newestRelease,
  NO_DIRECTORY,
  NOT_WRITABLE,
  printHolder,
  RECORD_BYTES,
} from './scripts.ts'
import { limitFiles } from './limit-files.ts'
import { isOwn, LEADS_OUTSIDE } from './link-guard.ts'

/**
 * The observed fields of a container: one JSON object per line, without its environment, which has secrets. Names are
 * those of the docker command's types (`.ID`): with those of the API (`.Id`) the docker command treats a missing health
 * as an error.
 */
const containerFormat = [
  '{"id":{{json .ID}}',
  '"name":{{json .Name}}',
  '"image":{{json .Config.Image}}',
  '"labels":{{json .Config.Labels}}',
  '"state":{{json .State.Status}}',
  '"exitCode":{{json .State.ExitCode}}',
  '"outOfMemory":{{json .State.OOMKilled}}',
  '"startedAt":{{json .State.StartedAt}}',
  '"health":{{if .State.Health}}{{json .State.Health.Status}}{{else}}"none"{{end}}',
  '"restartCount":{{json .RestartCount}}',
  '"restartPolicy":{{json .HostConfig.RestartPolicy.Name}}}',
].join(',')

/** Prints the start of the journal's last deploy if that has no end, and began to place files. */
const interruptedLine = `
if is_own "$path/.dray/journal.ndjson"; then
  tail -c ${JOURNAL_TAIL_BYTES} "$path/.dray/journal.ndjson" | awk '
    /"event":"deploy[.]started"/ { start = $0; placed = 0 }
    /"event":"deploy[.]finished"/ { start = "" }
    /"event":"step[.]started"/ && /"kind":"place-files"/ { placed = 1 }
    END { if (start != "" && placed) print start }' | pass_on ${JOURNAL_TAIL_BYTES}
fi
`

/**
 * Reads everything that the status of an app needs: the newest recorded release, the state of its files, the names in
 * \`.env\`, containers, file systems and the lock. Read-only. Containers are those of the project, and those in its
 * networks that belong to no project; before the first release, those that Compose created in the directory. Without the directory
 * there is a section \`no-directory\`, and its disk is that of the one above it.
 */
export const observeScript = `
set -u
path=$1
section() { printf '\\n@@dray %s\\n' "$1"; }
${keyNames}
${mayBeThere}
is_new=
may_be_there "$path" || [ -e "$path" ] || [ -L "$path" ] || is_new=yes
section now
date +%s
[ -z "$is_new" ] || section no-directory
command -v docker > /dev/null || { section no-docker; exit 0; }
if [ -z "$is_new" ]; then
  [ -d "$path" ] || exit ${NO_DIRECTORY}
  [ -x "$path" ] || exit ${NOT_WRITABLE}
fi
${isOwn}
leads_outside() { printf '%s\\n' "\${1#"$path"/}"; exit ${LEADS_OUTSIDE}; }
for place in "$path/.dray" "$path/.dray/releases"; do [ ! -L "$place" ] || leads_outside "$place"; done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM PIPE
${limitFiles}
docker info --format '{{.DockerRootDir}}' > "$work/root" 2> "$work/root-error" &
root=$!

record=
project=
${newestRelease}
if [ -n "$newest" ]; then
  [ ! -L "$path/.dray/releases/$newest" ] || leads_outside "$path/.dray/releases/$newest"
  record="$path/.dray/releases/$newest/release.json"
  [ ! -e "$record" ] && [ ! -L "$record" ] || is_own "$record" || leads_outside "$record"
  project=$(head -c ${RECORD_BYTES} "$record" | sed -n 's/^  "project": "\\(.*\\)",\\{0,1\\}$/\\1/p')
fi
docker ps --all --no-trunc > "$work/containers" 2> "$work/error" \\
  --format '{{.ID}}|{{.Label "com.docker.compose.project"}}|{{.Networks}}|{{.Label "com.docker.compose.project.working_dir"}}'
code=$?
refuse_too_long $code 'docker ps'
section docker-exit
echo $code
section docker-error
cat "$work/error"
[ $code -eq 0 ] || exit 0
section containers
project=$project path=$path awk -F '|' '
  # A label with several lines adds lines of its own.
  $1 !~ /^[0-9a-f]+$/ { next }
  ENVIRON["project"] == "" { if ($4 == ENVIRON["path"]) print $1; next }
  $2 == "" { if (index("," $3, "," ENVIRON["project"] "_")) print $1; next }
  $2 == ENVIRON["project"] { print $1 }
' "$work/containers" | xargs -r docker inspect --type container --format '${containerFormat}' 2> "$work/inspect-error"

section journal-bytes
${journalBytes}section lock
${printHolder}
section balancer
${balancerLine}
section interrupted
${interruptedLine}
if [ -f "$path/.env" ] && [ -r "$path/.env" ]; then
  section env
  key_names "$path/.env"
fi
if [ -n "$record" ]; then
  section release
  pass_on ${RECORD_BYTES} < "$record"
  section files
  head -c ${RECORD_BYTES} "$record" | sed -n '/^  "files": {$/,/^  }/s/^    "\\(.*\\)": "[0-9a-f]\\{64\\}",\\{0,1\\}$/\\1/p' |
    sed 's/\\\\\\(["\\\\]\\)/\\1/g' |
    (cd "$path" && { ${hashFiles} })
fi
wait $root
for place in docker app; do
  section "disk-$place"
  if [ $place = app ]; then df -P -k -- "$nearest"; else df -P -k -- "$(cat "$work/root")"; fi 2> /dev/null
done
exit 0
`
