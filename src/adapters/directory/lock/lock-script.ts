import { restoreFiles, shareWithGroup } from '../file-scripts.ts'
import { linkGuard } from '../link-guard.ts'
import { RECORD_FORMAT } from '../../../deploy/model/record-format.ts'
import { directoryChecks, FORMAT_NEWER, HOLDER_BYTES, LOCKED, NOT_WRITABLE, passOn } from '../scripts.ts'

/** Exit code: the server has no `flock`. */
export const NO_FLOCK = 77

/** A larger journal is cut to this size, keeping its end. A deploy of the sample app writes about 5 kB. */
const JOURNAL_LIMIT = { mostBytes: 16_000_000, keptBytes: 8_000_000 }

/** Exit code: the holder's lock is free. */
export const LOCK_FREE = 80

/** Opens the lock's file as descriptor 9, once, and checks it then, so that no link that a container puts in its place is followed. */
const openLock = `
refuse_links .dray
mkdir -p .dray || exit ${NOT_WRITABLE}
refuse_odd .dray/lock .dray/journal.ndjson
command -v flock > /dev/null || exit ${NO_FLOCK}
exec 9>> .dray/lock || exit ${NOT_WRITABLE}
is_inside 9 || refuse .dray/lock
`

const defineJournal = `
journal=.dray/journal.ndjson
is_open=false
# The first line opens the journal, so that a deploy that is refused leaves none.
open_journal() {
  if $is_open; then return; fi
  ( : >> $journal ) 2> /dev/null || return
  exec 8>> $journal
  is_inside 8 || refuse $journal
  is_open=true
  [ ! -s $journal ] || [ -z "$(tail -c 1 $journal)" ] || echo >&8
}
`

/**
 * Takes the app's lock with file descriptor 9, and cuts a long journal; `open_journal` opens it as descriptor 8, checked like
 * the lock's file. The shell is in the directory; `$1` is the holder's text. A holder of the lock is printed, with exit code
 * LOCKED. If a newer dray wrote to the journal in a higher format, its line is printed, with exit code FORMAT_NEWER, before
 * anything is changed: it writes there before it does anything else.
 */
export const lockApp = `
${openLock}
flock -n 9
case $? in
  0) ;;
  1) pass_on ${HOLDER_BYTES} < .dray/lock; exit ${LOCKED} ;;
  *) exit 1 ;;
esac
newer=$(tail -c 65536 .dray/journal.ndjson 2> /dev/null |
  awk -F '[:,}]' '/^[{]"version":[0-9]+[,}]/ && $2 > ${RECORD_FORMAT} { line = $0 } END { print line }')
if [ -n "$newer" ]; then printf '%s\\n' "$newer" | pass_on ${HOLDER_BYTES}; exit ${FORMAT_NEWER}; fi
printf '%s\\n' "$1" > /proc/self/fd/9
${defineJournal}
length() { if [ -f $journal ]; then wc -c < $journal; else echo 0; fi; }
if [ "$(length)" -gt ${JOURNAL_LIMIT.mostBytes} ]; then
  rm -rf $journal.new
  tail -c ${JOURNAL_LIMIT.keptBytes} $journal | sed 1d > $journal.new && mv -f $journal.new $journal
  rm -f $journal.new
fi
`

/**
 * The same for a script beside the process that holds the lock, whose text `$1` is. Exit codes: LOCK_FREE if none holds it, and
 * LOCKED, with the holder, if another one does.
 */
export const lockedApp = `
${openLock}
if flock -n 9; then exit ${LOCK_FREE}; fi
[ "$(head -c ${HOLDER_BYTES} .dray/lock)" = "$1" ] || { pass_on ${HOLDER_BYTES} < .dray/lock; exit ${LOCKED}; }
exec 9>&-
${defineJournal}
`

/**
 * Kills this shell if no USR1 has come for as many seconds as the argument says, to a third more. A shell without `read -t`
 * would need two processes for each line to stop reading. A signal interrupts `wait`, not `sleep`.
 */
const endWhenSilent = `
end_when_silent() {
  silent=0 nap=
  trap 'silent=0' USR1
  trap 'kill $nap; exit' TERM
  while [ $silent -lt 3 ]; do
    silent=$((silent + 1))
    sleep $((($1 + 2) / 3)) &
    nap=$!
    while kill -0 $nap; do wait $nap; done
  done
  # The number may be another process's by now.
  [ ! -e "/proc/$$/fd/9" ] || kill -KILL $$
}
`

/**
 * Holds the lock while lines arrive, and appends each to the journal. The kernel releases the lock when this process
 * ends: with its connection, or when no line has arrived for a while because the connection is dead. Files of a deploy
 * that was killed before its record are restored first. Arguments: the directory, seconds without a line, the holder of
 * the lock, and `without-env` if `.env` may be missing.
 */
export const lockScript = `
set -u
path=$1
limit=$2
${passOn}
${directoryChecks.reachable}
if [ "\${4-}" != without-env ]; then
${directoryChecks.envFile}
fi
${directoryChecks.writable}
cd "$path" || exit ${NOT_WRITABLE}
${shareWithGroup}
${linkGuard}
shift 2
${lockApp}
${restoreFiles}
restore_files
code=$?
[ $code -eq 0 ] || exit $code
echo "locked $(length)"
${endWhenSilent}
trap '' USR1
end_when_silent "$limit" < /dev/null > /dev/null 2>&1 8>&- 9>&- &
watcher=$!
while IFS= read -r line; do
  kill -USR1 $watcher 2> /dev/null
  [ -n "$line" ] || continue
  if open_journal && printf '%s\\n' "$line" >&8; then echo +; else echo -; fi
done
kill $watcher 2> /dev/null
: > /proc/self/fd/9
`
