import { createServerValues, maskWords } from '../../../adapters/compose/server-values.ts'
import type { AppPlace } from '../../../adapters/directory/app-place.ts'
import type { AttachOptions } from '../../../adapters/host/command-runner.ts'
import { isCI } from '../../../shared/is-ci.ts'
import type { OutputStream } from '../../../ui/terminal/output-stream.ts'
import { createCommandOutput } from '../../command/command-output.ts'
import type { CliContext } from '../../command/context.ts'
import { watchReader } from './watch-reader.ts'

/** Functions that write the lines of a user's command. */
export type MaskedOutput = { onLines: NonNullable<AttachOptions['onLines']>; wasChanged: () => boolean }

/**
 * Masks the output of a user's command where it is a log that others can read: in CI, unless it is on a terminal or in a file.
 * The values are those of the containers that were inspected, and of `.env` on the server, which is read first. Undefined
 * where no stream is a log.
 */
export async function maskOutput(
  output: Parameters<typeof createCommandOutput>[0],
  place: AppPlace,
  context: CliContext,
): Promise<MaskedOutput | undefined> {
  const { stdout, stderr, env, signal } = context
  const isLog = ({ isTTY, isFile }: OutputStream): boolean => isCI(env) && isTTY !== true && isFile !== true
  if (!isLog(stdout) && !isLog(stderr)) return undefined
  const mask = await createServerValues(place).readMask()
  const { clean } = createCommandOutput(output, context)
  let wasChanged = false
  const writeTo = (stream: OutputStream) => {
    const reader = watchReader(stream)
    return async (lines: readonly string[]): Promise<void> => {
      const shown = lines.map((line) => clean(maskWords(line, mask)))
      wasChanged ||= shown.some((line, index) => line !== lines[index])
      await reader.write(shown.map((line) => `${line}\n`).join(''), signal)
    }
  }
  return {
    onLines: {
      ...(isLog(stdout) && { stdout: writeTo(stdout) }),
      ...(isLog(stderr) && { stderr: writeTo(stderr) }),
    },
    wasChanged: () => wasChanged,
  }
}
