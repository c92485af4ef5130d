/** Scripts of `dray remove`, one round trip each, as in scripts.ts. Standard input: paths of files, one per line. */
import { byDirectory } from './file-scripts.ts'
import { linkGuard } from './link-guard.ts'
import { directoryChecks, hashFiles, mayBeThere, NO_DIRECTORY } from './scripts.ts'

/** A container's Compose labels: project, service, directory. */
const projectFormat = ['project', 'service', 'project.working_dir']
  .map((label) => `{{.Label "com.docker.compose.${label}"}}`)
  .join('|')

/**
 * Reads what a removal needs to know of the app's directory: hashes of the files, which of them dray wrote itself, env files with
 * their copies, directories that lead outside or are not writable. Read-only. Argument: the directory.
 */
export const surveyRemovalScript = `
set -u
path=$1
section() { printf '\\n@@dray %s\\n' "$1"; }
${mayBeThere}
${directoryChecks.reachable}
cd "$path" || exit ${NO_DIRECTORY}
${linkGuard}
files=$(cat)
section hashes
printf '%s\\n' "$files" | {
${hashFiles}
}
section written
printf '%s\\n' "$files" | while IFS= read -r file; do
  if ! is_own "$file" || ! [ -r "$file" ]; then continue; fi
  case $file,$(head -c 17 "$file" | tr -d '\\000') in .dray-* | *,'# Written by dray'*) printf '%s\\n' "$file" ;; esac
done
section env
for file in .env .env.before-*; do
  if [ -e "$file" ] || [ -L "$file" ]; then printf '%s\\n' "$file"; fi
done
section outside
printf '%s\\n' "$files" | sed 's|[^/]*$||' | sort -u | while IFS= read -r directory; do
  [ -d "./$directory" ] || continue
  case $(cd -P "./$directory" && pwd)/ in "$root"/*) ;; *) printf '%s\\n' "$directory" ;; esac
done
section unwritable
{ printf '%s\\n' "$files" | sed 's|[^/]*$||' && find .dray -path .dray/adopted -prune -o -type d -print 2> /dev/null | sed 's|$|/|'; } |
  sort -u | while IFS= read -r directory; do
    if [ -d "./$directory" ] && ! [ -w "./$directory" ]; then printf './%s\\n' "$directory"; fi
  done
section adopted
find .dray/adopted -type f 2> /dev/null | head -n 1
section records
find .dray ! -type d ! -path '.dray/adopted/*' 2> /dev/null | head -n 1
section checkout
[ ! -e .git ] || echo yes
section entries
ls -A
section other-directories
docker ps --all --format '${projectFormat}' | sort -u | while IFS='|' read -r project service directory; do
  # shellcheck disable=SC3013 # POSIX has no -ef; dash, BusyBox and bash do.
  if [ -z "$directory" ] || [ "$directory" -ef "$path" ] || ! may_be_there "$directory"; then continue; fi
  printf '%s|%s|%s\\n' "$project" "$service" "$directory"
done
`

/**
 * Removes the files, the directories that are empty afterwards, and the records: the newest release last, so that a removal that
 * was interrupted can be repeated. \`.dray/adopted\` stays, and whatever a link leads to outside. Argument: the directory.
 */
export const removeFilesScript = `
set -u
cd "$1" || exit ${NO_DIRECTORY}
${linkGuard}
${byDirectory}
refuse_links .dray
list=$(sed 's|^|./|')
printf '%s\\n' "$list" | remove_files > /dev/null
printf '%s\\n' "$list" | directories | sort -r | while IFS= read -r directory; do
  directory=\${directory%/}
  while [ "$directory" != . ] && rmdir "$directory" 2> /dev/null; do directory=$(dirname "$directory"); done
done
[ -d .dray ] || exit 0
# shellcheck disable=SC2012 # Only names of releases pass.
newest=$(ls .dray/releases 2> /dev/null | sed -n 's/^r\\([0-9][0-9]*\\)$/\\1/p' | sort -n | sed -n '$s/^/r/p')
record=.dray/releases/$newest/release.json
if [ -L .dray/adopted ]; then rm -f .dray/adopted || exit; fi
rmdir .dray/adopted 2> /dev/null || :
find .dray -path .dray/adopted -prune -o ! -type d ! -path .dray/lock ! -path "$record" -exec rm -f {} + || exit
rm -f "$record" || exit
find .dray -depth -type d ! -path '.dray/adopted*' ! -path .dray -exec rmdir {} + || exit
rm -f .dray/lock
rmdir .dray 2> /dev/null || :
`
