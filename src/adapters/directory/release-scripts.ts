/** Scripts that read the archived releases on a host. Read-only, one round trip each, as in scripts.ts. */
import { isOwn } from './link-guard.ts'
import { journalBytes, NO_DIRECTORY, NOT_WRITABLE, passOn, RECORD_BYTES } from './scripts.ts'

/** Limit for the journal and for a packed bundle: as text, more would exceed the maximum length of a string. */
const JOURNAL_BYTES = 64 * 1024 ** 2
const BUNDLE_BYTES = 256 * 1024 ** 2
/** A bundle as text: base64 has four characters for three bytes, and a newline after 76. */
export const BUNDLE_TEXT_BYTES = 1.4 * BUNDLE_BYTES
/** The journal with the records of eight releases of the largest size; that of ten thousand files has an eighth of it. */
export const ARCHIVE_BYTES = JOURNAL_BYTES + 8 * RECORD_BYTES

/**
 * Prints every record, and the journal's entries on the last attempts. The journal is read from its end, only as far as
 * needed: it may have a hundred megabytes. If the last attempt has no end, also whether the lock is free. Arguments: the directory, the number of attempts, `all` for every step.
 */
export const archiveScript = `
path=$1
[ -d "$path" ] || exit ${NO_DIRECTORY}
[ -x "$path" ] || exit ${NOT_WRITABLE}
section() { printf '\\n@@dray %s\\n' "$1"; }
${passOn}
${isOwn}
lock_state() {
  is_own "$path/.dray/lock" && [ -r "$path/.dray/lock" ] && is_own "$path/.dray/journal.ndjson" || return 0
  # The check takes the lock for an instant: only if something has not ended.
  if tail -n 1 "$path/.dray/journal.ndjson" | grep -Eqs '"event":"(deploy|task)[.]finished"'; then return 0; fi
  if flock -s -n "$path/.dray/lock" true; then echo free; else echo held; fi
}
section lock-before
lock_state
section journal-bytes
${journalBytes}for record in "$path"/.dray/releases/*/release.json; do
  is_own "$record" || continue
  section release
  pass_on ${RECORD_BYTES} < "$record" || exit
done
section journal-backwards
is_own "$path/.dray/journal.ndjson" || exit 0
tac "$path/.dray/journal.ndjson" | awk -v limit="$2" -v steps="$3" '
  match($0, /"release":"r[0-9]+"/) {
    release = substr($0, RSTART, RLENGTH)
    if (!(release in seen)) {
      if (count >= limit) exit
      seen[release] = 1
      count++
    }
    if (steps != "all" && /"event":"(plan|probe)[.]/) next
    if (steps != "all" && /"event":"step[.]/ && !/"kind":"run-task"/ && !/"outcome":"(failed|cancelled)"/) next
    print
  }' | pass_on ${JOURNAL_BYTES} || exit
section lock-after
lock_state
`

/** Prints the files of a release as text. Arguments: the directory, the release. */
export const bundleScript = `
bundle="$1/.dray/releases/$2/bundle.tar.gz"
${isOwn}
[ -r "$bundle" ] || cat "$bundle" || exit
is_own "$bundle" || exit
head -c ${BUNDLE_BYTES} "$bundle" | base64
`
