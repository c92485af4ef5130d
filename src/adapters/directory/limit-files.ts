import { MOST_OUTPUT_BYTES } from '../host/too-much-output.ts'

/** In blocks of 512 bytes: a little more than is read of a script's output. */
const MOST_BLOCKS = MOST_OUTPUT_BYTES / 512 + 2048

/**
 * Limits the files that programs write for a script: one that prints without end must not fill the server's disk. Defines
 * `refuse_too_long CODE PROGRAM`, which ends the script if the limit ended the program (128 and the number of SIGXFSZ).
 */
export const limitFiles = `
ulimit -f ${MOST_BLOCKS} 2> /dev/null || :
refuse_too_long() {
  [ "$1" -ne 153 ] || { printf '%s printed too much\\n' "$2" >&2; exit 1; }
}
`
