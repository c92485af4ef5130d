/** What reads the kept releases on a host; it changes nothing there. As in scripts.ts, each is one round trip. */
import { NO_DIRECTORY, NOT_WRITABLE } from './scripts.ts'

/**
 * Prints every record, and of the journal what tells how the last attempts went. It is read from its end, and only as far as
 * needed: it may be a hundred megabytes long. Arguments: the directory, how many attempts.
 */
export const archiveScript = `
path=$1
[ -d "$path" ] || exit ${NO_DIRECTORY}
[ -x "$path" ] || exit ${NOT_WRITABLE}
section() { printf '\\n@@dray %s\\n' "$1"; }
section journal-bytes
cat "$path/.dray/journal.ndjson" 2> /dev/null | wc -c
for record in "$path"/.dray/releases/*/release.json; do
  [ -f "$record" ] || continue
  section release
  cat "$record" || exit
done
section journal-backwards
[ -f "$path/.dray/journal.ndjson" ] || exit 0
tac "$path/.dray/journal.ndjson" | awk -v limit="$2" '
  match($0, /"release":"r[0-9]+"/) {
    release = substr($0, RSTART, RLENGTH)
    if (!(release in seen)) {
      if (count >= limit) exit
      seen[release] = 1
      count++
    }
    if (/"event":"step[.]/ && !/"kind":"run-task"/ && !/"outcome":"(failed|cancelled)"/) next
    print
  }'
`

/** Prints the files of a release as text. Arguments: the directory, the release. */
export const bundleScript = `base64 < "$1/.dray/releases/$2/bundle.tar.gz"`
