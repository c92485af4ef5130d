/**
 * What runs on a host, each as one script and so in one round trip. POSIX shell with what Debian, Ubuntu and Alpine have:
 * tar, mktemp, sha256sum, awk, xargs, flock, timeout. Nothing of it stays.
 */

import { composeFunction } from '../compose/compose-function.ts'
import { dotenvAwk } from './dotenv-awk.ts'
import { restoreFiles, shareWithGroup } from './file-scripts.ts'

/** Exit code for: there is no .env. */
export const NO_ENV_FILE = 66
/** Exit code for: there is an .env that is not a file, or that the user may not read. */
export const ENV_FILE_UNREADABLE = 67
/** Exit code for: there is no such directory. */
export const NO_DIRECTORY = 72
/** Exit code for: the directory cannot be written. */
export const NOT_WRITABLE = 73
/** What comes before the group, on standard error, that a directory which cannot be written is for. */
export const SHARED_WITH = 'dray-shared-with '
/** Exit code for: somebody else has the lock. */
export const LOCKED = 75

/** What a deploy asks of the app's directory, in parts: each ends the shell with its exit code where it does not hold. */
export const directoryChecks = {
  reachable: `
[ -d "$path" ] || exit ${NO_DIRECTORY}
[ -x "$path" ] || exit ${NOT_WRITABLE}
`,
  envFile: `
[ -e "$path/.env" ] || exit ${NO_ENV_FILE}
[ -f "$path/.env" ] && [ -r "$path/.env" ] || exit ${ENV_FILE_UNREADABLE}
`,
  writable: `
if ! [ -w "$path" ]; then
  [ ! -g "$path" ] || stat -c '${SHARED_WITH}%G' "$path" >&2
  exit ${NOT_WRITABLE}
fi
`,
}

const checks = directoryChecks.reachable + directoryChecks.envFile + directoryChecks.writable

/**
 * Defines `pass_on BYTES`: what others than dray may have written, as a container that mounts the directory, is passed on to
 * so many bytes, and without a line that would begin a section.
 */
export const passOn = `
pass_on() { head -c "$1" | sed '/^@@dray /d'; }
`

/** No record of a release is longer; one of ten thousand files has a megabyte. */
export const RECORD_BYTES = 8 * 1024 ** 2
export const HOLDER_BYTES = 4096
const JOURNAL_TAIL_BYTES = 1024 ** 2

/**
 * Prints what the holder of the lock wrote, where somebody holds it. The lock is tried for only where a holder is written
 * down, so that a look is in the way of no deploy.
 */
export const printHolder = `${passOn}
if [ -s "$path/.dray/lock" ] && [ -r "$path/.dray/lock" ] && ! flock -s -n "$path/.dray/lock" true; then
  pass_on ${HOLDER_BYTES} < "$path/.dray/lock"
fi
`

/** Hashes the files that standard input names, a path a line; one process takes as many as a command line bears. */
export const hashFiles = `
while IFS= read -r file; do
  [ ! -f "$file" ] || printf '%s\\0' "$file"
done | xargs -0 -r sha256sum --
`

/** Sets `newest` to the release that was recorded last under `path`; empty where none was. */
export const newestRelease = `
# shellcheck disable=SC2012 # Only names of releases are let through.
newest=$(ls "$path/.dray/releases" 2> /dev/null | sed -n 's/^r\\([0-9][0-9]*\\)$/\\1/p' | sort -n | sed -n '$s/^/r/p')
`

/** Names of the variables of a dotenv file, and never a value. */
export const keyNames = `
key_names() {
  awk -v sq="'" '${dotenvAwk}
    name != "" { print name }
  ' "$1"
}
`

/** Of a container, what Compose made it from: project, service, directory. */
const projectFormat = ['project', 'service', 'project.working_dir']
  .map((label) => `{{.Label "com.docker.compose.${label}"}}`)
  .join('|')

/**
 * Reads the app's directory and has Compose make its model, in a copy of the compose files elsewhere: with the deploy-time
 * values, and without them as a person's plain \`docker compose\` would. Standard input: a tar of the compose files and of
 * \`.dray-values\`. In the copy each env file of the server is stood in for by one that only says its name, so that no value
 * of it leaves the server, and the model shows which service reads it.
 */
export const inspectScript = `
set -u
path=$1
section() { printf '\\n@@dray %s\\n' "$1"; }
${keyNames}
${passOn}
${composeFunction}
# A directory that is gone leaves containers behind that are anybody's; of one that may not be looked into nobody knows.
may_be_there() {
  nearest=$1
  while ! [ -d "$nearest" ]; do nearest=$(dirname "$nearest"); done
  [ "$nearest" = "$1" ] || ! [ -x "$nearest" ]
}
command -v docker > /dev/null || { section no-docker; exit 0; }
${checks}
# Before anything else is read: who compares it with the lock's knows whether that may have changed.
section journal-bytes
{ cat "$path/.dray/journal.ndjson" 2> /dev/null || :; } | wc -c
stage=$(mktemp -d) || exit 1
trap 'rm -rf "$stage"' EXIT
trap 'exit 130' HUP INT TERM PIPE
copy="$stage/$(basename "$path")"
mkdir "$copy" && tar -xf - -C "$copy" || exit 1
mv "$copy/.dray-values" "$stage/values"

count=0
section env-files
(cd "$path" && find . -maxdepth 3 -path ./.dray -prune -o -type f \\( -name '.env*' -o -name '*.env' \\) -print) |
  while IFS= read -r file; do
    file=\${file#./}
    [ ! -e "$copy/$file" ] || continue
    mkdir -p "$copy/$(dirname "$file")"
    count=$((count + 1))
    printf 'DRAY_ENV_FILE_%d="%s"\\n' "$count" "$(printf %s "$file" | sed 's/[\\\\"$]/\\\\&/g')" > "$copy/$file"
    (cd "$path" && sha256sum -- "$file")
  done

# A value may be called \`path\`: what is ours is told as arguments.
model() { cd "$1" && compose --env-file "$2/.env" config --format json; }
# shellcheck source=/dev/null # It was in the tar.
valued_model() { . "$stage/values" && model "$@"; }
model "$copy" "$path" > "$stage/plain" 2> /dev/null &
plain=$!
valued_model "$copy" "$path" > "$stage/model" 2> "$stage/error" &
valued=$!
docker ps --all --format '${projectFormat}' > "$stage/projects" 2> /dev/null &
projects=$!

section listening
cat /proc/net/tcp /proc/net/tcp6 2> /dev/null |
  awk '$4 == "0A" { parts = split($2, part, ":"); print part[parts] }' | sort -u
section stage
printf '%s\\n' "$copy"
section env
stat -c %a "$path/.env"
key_names "$path/.env"
# The files of a release may be thousands, and matter of the newest alone.
${newestRelease}
for record in "$path"/.dray/releases/*/release.json; do
  [ -f "$record" ] || continue
  section release
  if [ "$record" = "$path/.dray/releases/$newest/release.json" ]; then cat "$record"
  else sed '/^  "files": {$/,/^  }/{/^    /d;}' "$record"; fi | pass_on ${RECORD_BYTES}
done
section journal
tail -c ${JOURNAL_TAIL_BYTES} "$path/.dray/journal.ndjson" 2> /dev/null | tail -n 40 | pass_on ${JOURNAL_TAIL_BYTES}

wait $valued
code=$?
section model-exit
echo $code
# It is asked for only where it has never been good: it takes as long as a model.
if [ "$code" -ne 0 ] || ! [ -d "$path/.dray/releases" ]; then
  section compose-version
  compose version --short 2> /dev/null
fi
wait $plain
section model
cat "$stage/model"
section model-error
cat "$stage/error"
section plain-model
cat "$stage/plain"
wait $projects
section other-directories
sort -u "$stage/projects" | while IFS='|' read -r project service directory; do
  # shellcheck disable=SC3013 # POSIX has no -ef; dash, BusyBox and bash do.
  if [ -z "$directory" ] || [ "$directory" -ef "$path" ] || ! may_be_there "$directory"; then continue; fi
  printf '%s|%s|%s\\n' "$project" "$service" "$directory"
done
`

/**
 * SHA-256 of the files named on standard input, a path a line; those that are not there are left out. And the room: `df` of
 * the directory, the first argument, and of the first of the others that is there.
 */
export const surveyScript = `
section() { printf '\\n@@dray %s\\n' "$1"; }
path=$1
shift
section room-app
df -P -k -- "$path" 2> /dev/null
section room-images
for root in "$@"; do
  [ -d "$root" ] && df -P -k -- "$root" 2> /dev/null && break
done
section hashes
cd "$path" || exit
${hashFiles}
`

/** A journal of more bytes is cut, and keeps so many of the last. A deploy of the sample app writes about 4 kB. */
const JOURNAL_LIMIT = { mostBytes: 16_000_000, keptBytes: 8_000_000 }

/**
 * Holds the lock for as long as lines come, and writes each into the journal. The kernel frees the lock when this process
 * ends: with its connection, or when no line came for a while because the line is dead. Files that a deploy placed and did
 * not live to record are put back first. Arguments: the directory, seconds without a line, who holds the lock.
 */
export const lockScript = `
set -u
path=$1
limit=$2
${passOn}
${checks}
cd "$path" || exit ${NOT_WRITABLE}
${shareWithGroup}
mkdir -p .dray || exit ${NOT_WRITABLE}
cd .dray || exit ${NOT_WRITABLE}
exec 9>> lock
if ! flock -n 9; then
  pass_on ${HOLDER_BYTES} < lock
  exit ${LOCKED}
fi
printf '%s\\n' "$3" > lock
${restoreFiles}
cd ..
restore_files >&2
code=$?
[ $code -eq 0 ] || exit $code
cd .dray
journal=journal.ndjson
[ ! -s "$journal" ] || [ -z "$(tail -c 1 "$journal")" ] || echo >> "$journal"
length() { { cat "$journal" 2> /dev/null || :; } | wc -c; }
if [ "$(length)" -gt ${JOURNAL_LIMIT.mostBytes} ]; then
  tail -c ${JOURNAL_LIMIT.keptBytes} "$journal" | sed 1d > "$journal.new" && mv -f "$journal.new" "$journal"
  rm -f "$journal.new"
fi
echo "locked $(length)"
# shellcheck disable=SC2016 # The inner shell reads the line.
while line=$(timeout "$limit" sh -c 'IFS= read -r line && printf %s "$line"' 9>&-); do
  [ -n "$line" ] || continue
  if printf '%s\\n' "$line" >> "$journal"; then echo +; else echo -; fi
done
: > lock
`
