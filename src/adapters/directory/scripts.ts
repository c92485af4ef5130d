/**
 * Scripts for a host, one round trip each. POSIX shell with the tools of Debian, Ubuntu and Alpine: tar, mktemp,
 * sha256sum, awk, xargs, flock, timeout. No script stays on the host.
 */

import { printServerValues, SERVER_VALUES_BYTES } from '../compose/server-values.ts'
import { composeFunction } from '../compose/compose-function.ts'
import { dotenvAwk } from './env/dotenv-awk.ts'
import { envFacts } from './env/env-facts-script.ts'
import { limitFiles } from './limit-files.ts'
import { isOwn } from './link-guard.ts'

/** Exit code: there is no .env. */
export const NO_ENV_FILE = 66
/** Exit code: .env is not a file, or the user cannot read it. */
export const ENV_FILE_UNREADABLE = 67
/** Exit code: there is no such directory. */
export const NO_DIRECTORY = 72
/** Exit code: the directory is not writable. */
export const NOT_WRITABLE = 73
/** Prefix, on standard error, of the group that can write to a directory that is not writable for this user. */
export const SHARED_WITH = 'dray-shared-with '
/** Exit code: another process holds the lock. */
export const LOCKED = 75
/** Exit code: the journal has a line of a higher format than RECORD_FORMAT; the line is printed. */
export const FORMAT_NEWER = 79

/** A deploy's checks of the app's directory: each exits with its code if it fails. */
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

/** All of them. */
export const checks = directoryChecks.reachable + directoryChecks.envFile + directoryChecks.writable

/**
 * Defines `pass_on BYTES`: for text that others than dray may have written, such as a container that mounts the
 * directory. Limits its length and removes lines that would begin a section.
 */
export const passOn = `
pass_on() { head -c "$1" | sed '/^@@dray /d'; }
`

/** Maximum length of a release record; that of ten thousand files has a megabyte. */
export const RECORD_BYTES = 8 * 1024 ** 2
export const HOLDER_BYTES = 4096
export const JOURNAL_TAIL_BYTES = 1024 ** 2

/**
 * Prints the holder's text if the lock is held. The lock is tried only if there is a holder's text, so that an
 * observation never delays a deploy.
 */
export const printHolder = `${passOn}${isOwn}
if is_own "$path/.dray/lock" && [ -s "$path/.dray/lock" ] && [ -r "$path/.dray/lock" ] && ! flock -s -n "$path/.dray/lock" true; then
  pass_on ${HOLDER_BYTES} < "$path/.dray/lock"
fi
`

/** Prints the size of the journal; 0 without one. */
export const journalBytes = `
if is_own "$path/.dray/journal.ndjson"; then wc -c < "$path/.dray/journal.ndjson"; else echo 0; fi
`

/** Prints the last line of the journal that says whether the host is in its load balancer, if there is one. */
export const balancerLine = `
if is_own "$path/.dray/journal.ndjson" && grep -qs '"event":"host\\.left"' "$path/.dray/journal.ndjson"; then
  tail -c ${JOURNAL_TAIL_BYTES} "$path/.dray/journal.ndjson" |
    sed -n -e '/"event":"host\\.left"/p' -e '/"event":"host\\.joined"/p' | tail -n 1 | pass_on ${JOURNAL_TAIL_BYTES}
fi
`

/** Hashes the files on standard input, one path per line, with as few processes as possible. */
export const hashFiles = `
while IFS= read -r file; do
  [ ! -f "$file" ] || printf '%s\\0' "$file"
done | xargs -0 -r sha256sum --
`

/** Sets `newest` to the newest recorded release under `path`; empty without one. */
export const newestRelease = `
# shellcheck disable=SC2012 # Only names of releases pass.
newest=$(ls "$path/.dray/releases" 2> /dev/null | sed -n 's/^r\\([0-9][0-9]*\\)$/\\1/p' | sort -n | sed -n '$s/^/r/p')
`

/** Names of the variables of a dotenv file; never a value. */
export const keyNames = `
key_names() {
  awk -v sq="'" '${dotenvAwk}
    name != "" { print name }
  ' "$1"
}
`

/** Defines `may_be_there PATH`: whether a directory exists, or this is unknown, since one above it is not readable. */
export const mayBeThere = `
may_be_there() {
  nearest=$1
  while ! [ -d "$nearest" ]; do nearest=$(dirname "$nearest"); done
  [ "$nearest" = "$1" ] || ! [ -x "$nearest" ]
}
`

/**
 * Reads the app's directory and has Compose make its model, in a temporary copy of the compose files: once with the
 * deploy-time values, and if they may change more than images, once without them, as a user's plain `docker compose` would;
 * `$3` is `twice` then. `$2` is the name of the directory, from which Compose makes that of the project. Standard input: a
 * tar of the compose files, in `in/$2`, of `values`, and of the lists that `envFacts` needs. In the copy, a placeholder with
 * the name of the file replaces each env file of the server. So the model has no value of an env file, and shows which service reads
 * which file.
 */
export const inspectScript = `
set -u
path=$1
section() { printf '\\n@@dray %s\\n' "$1"; }
${keyNames}
${passOn}
${isOwn}
${composeFunction}
${envFacts.define}
command -v docker > /dev/null || { section no-docker; exit 0; }
${checks}
# Read first: comparing it with the lock's value shows whether anything read later may have changed.
section journal-bytes
${journalBytes}stage=$(mktemp -d) || exit 1
# What runs in the background may write a file meanwhile.
trap 'rm -rf "$stage" 2> /dev/null || { sleep 1; rm -rf "$stage"; }' EXIT
trap 'exit 130' HUP INT TERM PIPE
${limitFiles}
copy="$stage/in/$2"
tar -xf - -C "$stage" || exit 1
: > "$stage/there"
count=0
{
  cat "$stage/env-files"
  cd "$path" && find . -maxdepth 3 -path ./.dray -prune -o ! -type d \\( -name '.env*' -o -name '*.env' \\) -print
} |
  while IFS= read -r file; do
    file=\${file#./}
    if [ -e "$copy/$file" ] || ! [ -f "$path/$file" ]; then continue; fi
    case $file in */*) mkdir -p "$copy/\${file%/*}" ;; esac
    case $file in
      *[\\\\\\"\\$]*) escaped=$(printf %s "$file" | sed 's/[\\\\"$]/\\\\&/g') ;;
      *) escaped=$file ;;
    esac
    count=$((count + 1))
    printf 'DRAY_ENV_FILE_%d="%s"\\n' "$count" "$escaped" > "$copy/$file"
    printf '%s\\n' "$file" >> "$stage/there"
  done

# A value may be named \`path\`, so dray's own values are passed as arguments.
model() { cd "$1" && compose --env-file "$2/.env" config --format json; }
# shellcheck source=/dev/null # It was in the tar.
valued_model() { . "$stage/values" && model "$@"; }
# With the services of which no profile is active; read only if there may be any.
all_model() {
  # shellcheck source=/dev/null # It was in the tar.
  . "$stage/values" && cd "$1" && compose --env-file "$2/.env" --profile '*' config --format json
}
# Errors go to files, which have a limit.
# The hashes of containers that a user started in the directory itself. Compose hashes the variables of env files only if
# they are in the model, as in a container's.
compose_hashes() {
  for file in compose.yaml compose.yml docker-compose.yml docker-compose.yaml; do
    [ ! -f "$1/$file" ] || break
  done
  if [ -f "$1/docker-compose.override.yml" ]; then set -- "$1" "$2" -f "$1/docker-compose.override.yml"
  else set -- "$1" "$2"; fi
  stage_of_files=$1 directory_of_app=$2
  shift 2
  compose -f "$stage_of_files/$file" "$@" --project-directory "$directory_of_app" \
    --env-file "$directory_of_app/.env" config 2> "$stage/hashes-error" |
    compose -f - --project-directory "$directory_of_app" config --hash '*' 2> "$stage/hashes-error-2"
}
valued_model "$copy" "$path" > "$stage/model" 2> "$stage/error" &
valued=$!
# Variables of \`.env\` may be made of the values.
plain=
if [ "\${3-}" = twice ] || grep -q '[$]' "$path/.env"; then
  model "$copy" "$path" > "$stage/plain" 2> "$stage/plain-error" &
  plain=$!
fi
all=
if grep -rqs profiles "$copy"; then
  all_model "$copy" "$path" > "$stage/all" 2> "$stage/all-error" &
  all=$!
fi
${envFacts.start}
section env-files
(cd "$path" && { ${hashFiles} }) < "$stage/there"
# The first list may be empty.
awk 'FILENAME == ARGV[1] { named[$0]; next } $0 in named' "$stage/env-files" "$stage/there" > "$stage/on-server"

section server-values
{${printServerValues}} | pass_on ${SERVER_VALUES_BYTES}
section listening
cat /proc/net/tcp /proc/net/tcp6 2> /dev/null |
  awk '$4 == "0A" { parts = split($2, part, ":"); print part[parts] }' | sort -u
section stage
printf '%s\\n' "$copy"
section env
stat -c %a "$path/.env"
key_names "$path/.env"
# A release may have thousands of files; only those of the newest are needed.
${newestRelease}
for record in "$path"/.dray/releases/*/release.json; do
  is_own "$record" || continue
  section release
  if [ "$record" = "$path/.dray/releases/$newest/release.json" ]; then cat "$record"
  else head -c ${RECORD_BYTES} "$record" | sed '/^  "files": {$/,/^  }/{/^    /d;}'; fi | pass_on ${RECORD_BYTES}
done
section balancer
${balancerLine}section journal
is_own "$path/.dray/journal.ndjson" && tail -c ${JOURNAL_TAIL_BYTES} "$path/.dray/journal.ndjson" 2> /dev/null | tail -n 40 | pass_on ${JOURNAL_TAIL_BYTES}

# Only containers that dray did not start have an image without a digest; it costs as much as a model.
adopts() {
  ! [ -d "$path/.dray/releases" ] ||
    grep -qsE '^ +image: [^@]+$' "$path/docker-compose.override.yml" "$path/.dray-pins.yml"
}
if adopts; then
  section compose-hashes
  # shellcheck source=/dev/null # It was in the tar.
  (. "$stage/values" && compose_hashes "$copy" "$path")
fi
wait $valued
code=$?
refuse_too_long $code 'docker compose config'
section model-exit
echo $code
# Read only if Compose has never worked here: it takes as long as a model.
if [ "$code" -ne 0 ] || ! [ -d "$path/.dray/releases" ]; then
  section compose-version
  compose version --short 2> "$stage/version-error"
fi
${envFacts.print}
[ -z "$plain" ] || wait $plain
section model
cat "$stage/model"
section model-error
head -c 65536 "$stage/error"
section plain-model
[ -z "$plain" ] || cat "$stage/plain"
if [ -n "$all" ]; then
  if wait "$all"; then section all-model && cat "$stage/all"
  else section all-model-error && head -c 65536 "$stage/all-error"; fi
fi
`

/**
 * Standard input: other directories, an empty line, mounted paths of the host, an empty line, then files of the directory, one path
 * per line. Prints of the directories that are not the app's whether they exist, those of the mounted paths that do not exist, and the SHA-256 of the files that do. Also the disk space: `df` of the directory, the first argument, and of the first of the other arguments that exists.
 */
export const surveyScript = `
${mayBeThere}
section() { printf '\\n@@dray %s\\n' "$1"; }
path=$1
shift
section room-app
df -P -k -- "$path" 2> /dev/null
section room-images
for root in "$@"; do
  [ -d "$root" ] && df -P -k -- "$root" 2> /dev/null && break
done
cd "$path" || exit
section directories
while IFS= read -r directory && [ -n "$directory" ]; do
  # shellcheck disable=SC3013 # POSIX has no -ef; dash, BusyBox and bash do.
  if [ "$directory" -ef "$path" ]; then continue; fi
  if may_be_there "$directory"; then printf 'there %s\\n' "$directory"; else printf 'gone %s\\n' "$directory"; fi
done
section missing
while IFS= read -r source && [ -n "$source" ]; do
  [ -e "$source" ] || may_be_there "$source" || printf '%s\\n' "$source"
done
section hashes
${hashFiles}
`
