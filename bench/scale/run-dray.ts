import { testToken } from '../../test/support/net/registry.ts'
import type { BenchNetwork } from '../bench-network.ts'
import { watchPeak } from '../footprint.ts'
import { readSshUse, sshUseBetween, type SshUse } from '../ssh-use.ts'

/** What one command of dray took at the client. */
export type Cost = {
  tookMs: number
  /** Memory at the most, without its `ssh`. */
  peakBytes: number
  ssh: SshUse
}

/** Runs `dray ARGS` at the client, in the directory of the app. Throws when it fails. */
export async function runDrayOverSsh(
  { net, server, clientDirectory }: BenchNetwork,
  args: readonly string[],
): Promise<Cost> {
  const before = await readSshUse(server)
  const startedAtMs = performance.now()
  const running = net.client.start(['dray', ...args], {
    cwd: clientDirectory,
    env: { GITHUB_TOKEN: testToken, GITHUB_ACTOR: 'octocat' },
    timeoutMs: 600_000,
  })
  const [peakBytes, { exitCode, stderr }] = await Promise.all([watchPeak(running), running.done])
  const tookMs = performance.now() - startedAtMs
  if (exitCode !== 0) throw new Error(`dray ${args.join(' ')} failed: ${stderr.slice(-3000)}`)
  return { tookMs, peakBytes, ssh: sshUseBetween(before, await readSshUse(server)) }
}
