import { appendFileSync } from 'node:fs'
import type { CliContext } from '../../command/context.ts'

/**
 * Adds outputs to a step of GitHub Actions, where there is one; what is undefined is left out. Values are one line each. A
 * file that cannot be written is told, and fails nothing.
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
      `The outputs of the step could not be written: ${error instanceof Error ? error.message : String(error)}\n`,
    )
  }
}
