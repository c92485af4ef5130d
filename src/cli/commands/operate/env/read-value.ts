import { DrayError } from '../../../../errors/dray-error.ts'
import { Secret } from '../../../../shared/secrets/secret.ts'
import type { CliContext } from '../../../command/context.ts'

type ValueRequest = { name: string; environment: string; mayBeEmpty: boolean }

/**
 * Reads the value of a variable: from a prompt that hides it, or else from all of standard input, without its last line
 * break. Throws USAGE if it is empty, too long for any program, or not UTF-8 text.
 */
export async function readValue(
  { name, environment, mayBeEmpty }: ValueRequest,
  { stdin, signal }: CliContext,
): Promise<Secret> {
  const text = stdin.isTTY
    ? await stdin.askLine(`${name} for ${environment} (input is hidden): `, { hidden: true, signal })
    : decode(await stdin.readAll({ maxBytes: VALUE_BYTES, signal }), name).replace(/\r?\n$/, '')
  if (text !== '' || mayBeEmpty) return new Secret(text)
  throw new DrayError('USAGE', `The value for ${name} is empty. Nothing was written.`, {
    hint: `To set an empty value: \`dray env ${environment} set ${name} --empty\`.`,
  })
}

/** Linux does not start a program with a longer string (MAX_ARG_STRLEN, execve(2)). */
const VALUE_BYTES = 128 * 1024

function decode(bytes: Uint8Array | undefined, name: string): string {
  if (bytes === undefined) {
    throw new DrayError('USAGE', `The value for ${name} is longer than 128 KiB. Nothing was written.`, {
      hint: 'A program cannot be started with it. Put it into a file on the server, and mount the file.',
    })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new DrayError('USAGE', `The value for ${name} is not UTF-8 text.`, {
      hint: 'Encode it, for example with `base64`, and decode it in the app.',
      cause: error,
    })
  }
}
