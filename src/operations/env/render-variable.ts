import { DrayError } from '../../errors/dray-error.ts'
import type { Secret } from '../../shared/secrets/secret.ts'

/** Names valid in Compose, in every shell and in `env_file`. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Throws USAGE for an invalid name; `environment` is that of its hint. Text after a `=` is not repeated: it may be a secret. */
export function assertVariableName(name: string, environment = 'ENVIRONMENT'): void {
  if (NAME.test(name)) return
  const [before = ''] = name.split('=')
  if (name.includes('=') && NAME.test(before)) {
    throw new DrayError('USAGE', `The value of ${before} must not be given on the command line.`, {
      hint: `Other users can see arguments, and your shell saves them, so change that value now. \`dray env ${environment} set ${before}\` prompts for it, or reads standard input.`,
    })
  }
  throw new DrayError('USAGE', `\`${before}\` is not a valid variable name.`, {
    hint: 'A name has letters, digits and `_`, and does not begin with a digit.',
  })
}

/**
 * The lines of a dotenv file that set a variable to exactly this value, as Docker Compose reads it (compose-go's `dotenv`
 * package; tested with Compose 2.40). Single quotes are preferred, since nothing in them has a special meaning. A value
 * with a single quote, a trailing backslash or a carriage return before a line end needs double quotes.
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
      `The value for ${name} has a zero byte, which an environment variable cannot contain.`,
      {
        hint: 'Encode it, for example with `base64`, and decode it in the app.',
      },
    )
  }
  if (/^[A-Za-z0-9_./:@%+,=-]*$/.test(value)) return value
  if (!/['\r]|\\$/.test(value)) return `'${value}'`
  return `"${value.replace(/[\\"$]/g, '\\$&').replaceAll('\r', '\\r')}"`
}
