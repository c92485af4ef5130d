/** The script that follows the journal: it ends with the connection, so that nothing stays on the host. */
import { isOwn, LEADS_OUTSIDE } from './link-guard.ts'
import { NO_DIRECTORY } from './scripts.ts'

/**
 * Prints the journal from a byte on, counted from 1, and each line that is added, until standard input ends. A journal that does
 * not exist yet is awaited, and one that was cut is read again. Arguments: the directory, the byte.
 */
export const followScript = `
file="$1/.dray/journal.ndjson"
[ -d "$1" ] || exit ${NO_DIRECTORY}
${isOwn}
[ ! -e "$file" ] && [ ! -L "$file" ] || is_own "$file" || exit ${LEADS_OUTSIDE}
tail -c "+$2" -F -- "$file" 2> /dev/null &
tail=$!
trap 'kill $tail 2> /dev/null' EXIT
trap 'exit 130' HUP INT TERM PIPE
cat > /dev/null
`
