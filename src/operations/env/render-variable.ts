import { DrayError } from '../../errors/dray-error.ts'
import type { Secret } from '../../shared/secret.ts'

/** Names that Compose, every shell and `env_file` agree on. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Throws USAGE for what cannot be the name of a variable. What follows a `=` is not repeated: it may be a secret. */
export function assertVariableName(name: string): void {
  if (NAME.test(name)) return
  const [before = ''] = name.split('=')
  if (name.includes('=') && NAME.test(before)) {
    throw new DrayError('USAGE', `The value of ${before} does not belong on the command line.`, {
      hint: `Other users see arguments, and your shell keeps them: change that value. Then \`dray env ENVIRONMENT set ${before}\` asks for it, or reads standard input.`,
    })
  }
  throw new DrayError('USAGE', `\`${before}\` is not the name of a variable.`, {
    hint: 'A name has letters, digits and `_`, and does not begin with a digit.',
  })
}

/**
 * The lines of a dotenv file that give a variable exactly this value, as Docker Compose reads it (compose-go's `dotenv`
 * package; tried against Compose 2.40). In single quotes nothing has a meaning, so they come first; they cannot hold a quote
 * or end in a backslash, and a carriage return before a line end would be lost: such a value goes into double quotes.
 * Throws USAGE for a value that no environment variable can have.
 */
export function renderVariable(name: string, value: Secret): string {
  assertVariableName(name)
  return `${name}=${renderValue(name, value.reveal())}\n`
}

function renderValue(name: string, value: string): string {
  if (value.includes('\0')) {
    throw new DrayError(
      'USAGE',
      `The value for ${name} has a zero byte, which no environment variable can hold.`,
      {
        hint: 'Encode it, for instance with `base64`, and decode it in the app.',
      },
    )
  }
  if (/^[A-Za-z0-9_./:@%+,=-]*$/.test(value)) return value
  if (!/['\r]|\\$/.test(value)) return `'${value}'`
  return `"${value.replace(/[\\"$]/g, '\\$&').replaceAll('\r', '\\r')}"`
}
