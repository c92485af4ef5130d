import {
  hashFiles,
  keyNames,
  newestRelease,
  NO_DIRECTORY,
  NOT_WRITABLE,
  printHolder,
  RECORD_BYTES,
} from './scripts.ts'

/**
 * What is told of a container: a JSON object a line, without its environment, which has secrets. Names are those of the docker
 * command's own types (`.ID`): with those of the API (`.Id`) it takes a health that is not there for a mistake.
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

/**
 * All that the status of an app is made of: the newest release on record, what became of its files, the names in \`.env\`,
 * containers, file systems, the lock. Changes nothing. A container counts that belongs to the project, or that is in one of
 * its networks and of no project; where there is no release yet, one that Compose made in the directory.
 */
export const observeScript = `
set -u
path=$1
section() { printf '\\n@@dray %s\\n' "$1"; }
${keyNames}
command -v docker > /dev/null || { section no-docker; exit 0; }
[ -d "$path" ] || exit ${NO_DIRECTORY}
[ -x "$path" ] || exit ${NOT_WRITABLE}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM PIPE
docker info --format '{{.DockerRootDir}}' > "$work/root" 2> /dev/null &
root=$!

record=
project=
${newestRelease}
if [ -n "$newest" ]; then
  record="$path/.dray/releases/$newest/release.json"
  project=$(sed -n 's/^  "project": "\\(.*\\)",\\{0,1\\}$/\\1/p' "$record")
fi
docker ps --all --no-trunc > "$work/containers" 2> "$work/error" \\
  --format '{{.ID}}|{{.Label "com.docker.compose.project"}}|{{.Networks}}|{{.Label "com.docker.compose.project.working_dir"}}'
code=$?
section docker-exit
echo $code
section docker-error
cat "$work/error"
[ $code -eq 0 ] || exit 0
section containers
project=$project path=$path awk -F '|' '
  # A label of several lines makes lines of its own.
  $1 !~ /^[0-9a-f]+$/ { next }
  ENVIRON["project"] == "" { if ($4 == ENVIRON["path"]) print $1; next }
  $2 == "" { if (index("," $3, "," ENVIRON["project"] "_")) print $1; next }
  $2 == ENVIRON["project"] { print $1 }
' "$work/containers" | xargs -r docker inspect --type container --format '${containerFormat}' 2> /dev/null

section now
date +%s
section lock
${printHolder}
if [ -f "$path/.env" ] && [ -r "$path/.env" ]; then
  section env
  key_names "$path/.env"
fi
if [ -n "$record" ]; then
  section release
  pass_on ${RECORD_BYTES} < "$record"
  section files
  sed -n '/^  "files": {$/,/^  }/s/^    "\\(.*\\)": "[0-9a-f]\\{64\\}",\\{0,1\\}$/\\1/p' "$record" |
    sed 's/\\\\\\(["\\\\]\\)/\\1/g' |
    (cd "$path" && { ${hashFiles} })
fi
wait $root
for place in docker app; do
  section "disk-$place"
  if [ $place = app ]; then df -P -k -- "$path"; else df -P -k -- "$(cat "$work/root")"; fi 2> /dev/null
done
exit 0
`
