import { LocalRunner } from '../../src/adapters/host/local-runner.ts'

const runner = new LocalRunner()

/** A guard: once in thousands of runs `docker` did not end. */
const MOST_MS = 120_000

/** Runs a docker command on this machine that must succeed; returns its output without white space at its ends. */
export async function dockerHere(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runner.run(['docker', ...argv], { timeoutMs: MOST_MS })
  if (exitCode !== 0) throw new Error(`docker ${argv.join(' ')}: ${stderr}`)
  return stdout.trim()
}
