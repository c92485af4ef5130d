import { testToken } from '../../test/support/net/registry.ts'
import type { BenchNetwork } from '../bench-network.ts'
import { watchPeak } from '../footprint.ts'
import { readSshUse, sshUseBetween, type SshUse } from '../ssh-use.ts'

/** What one command took at the client. */
export type Cost = {
  tookMs: number
  /** Memory at the most, of a dray without its `ssh`. */
  peakBytes: number
  ssh: SshUse
}

/** Ctrl-C, as the exit code says it. */
const interrupted = 130

/** Runs a command in the directory of the app and ignores its output. Throws if it fails. */
export function runAtClient(network: BenchNetwork, argv: readonly string[]): Promise<Cost> {
  return measure(network, ['sh', '-c', 'exec "$0" "$@" > /dev/null', ...argv])
}

/** Runs a command that does not end on its own, and stops it with Ctrl-C after a number of lines. */
export function followAtClient(network: BenchNetwork, argv: readonly string[], lines: number): Promise<Cost> {
  const script = `exec "$0" "$@" > >(head -n ${lines} > /dev/null; kill -INT $$)`
  return measure(network, ['bash', '-c', script, ...argv], [interrupted])
}

/** The shells that start the commands become them, so that it is their memory that is watched. */
async function measure(
  { net, server, clientDirectory }: BenchNetwork,
  argv: readonly string[],
  doneCodes: readonly number[] = [0],
): Promise<Cost> {
  const before = await readSshUse(server)
  const startedAtMs = performance.now()
  const running = net.client.start(argv, {
    cwd: clientDirectory,
    env: { GITHUB_TOKEN: testToken, GITHUB_ACTOR: 'octocat' },
    timeoutMs: 600_000,
  })
  const [peakBytes, { exitCode, stderr }] = await Promise.all([watchPeak(running), running.done])
  const tookMs = performance.now() - startedAtMs
  if (!doneCodes.includes(exitCode))
    throw new Error(`${argv.join(' ')} ended with ${exitCode}: ${stderr.slice(-3000)}`)
  return { tookMs, peakBytes, ssh: sshUseBetween(before, await readSshUse(server)) }
}
