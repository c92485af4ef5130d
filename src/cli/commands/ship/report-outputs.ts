import { appendFileSync } from 'node:fs'
import type { CliContext } from '../../command/context.ts'

/**
 * Adds outputs to a step of GitHub Actions, one line each; undefined values are left out. No effect outside Actions. If the
 * file cannot be written, a message is printed.
 */
export function reportOutputs(
  outputs: Readonly<Record<string, string | undefined>>,
  { env, stderr }: CliContext,
): void {
  const path = env['GITHUB_OUTPUT']
  if (!path) return
  const lines = Object.entries(outputs).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value.replaceAll(/[\r\n]+/g, ' ')}\n`],
  )
  try {
    appendFileSync(path, lines.join(''))
  } catch (error) {
    stderr.write(
      `Cannot write the outputs of the step: ${error instanceof Error ? error.message : String(error)}\n`,
    )
  }
}
