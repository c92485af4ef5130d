import { DrayError } from '../../errors/dray-error.ts'
import type { Secret } from '../../shared/secrets/secret.ts'
import { parseDotenv } from './parse-dotenv.ts'

/** Throws ENV_INVALID for a text that is no `.env`. Names invalid lines by number only: their content may be a secret. */
export function assertDotenv(text: Secret): void {
  const { variables, badLines } = parseDotenv(text.reveal())
  if (badLines.length > 0) {
    throw new DrayError(
      'ENV_INVALID',
      `Not in the form NAME=value: line ${badLines.join(', ')}. Nothing was written.`,
      { hint: 'Put a value of several lines in quotes, and run the same command again.' },
    )
  }
  if (variables.length === 0) {
    throw new DrayError('ENV_INVALID', 'The new file has no variables. Nothing was written.', {
      hint: 'To remove a variable: `dray env ENVIRONMENT unset KEY`.',
    })
  }
}
