import type { EnvironmentStatus, KnownHost } from '../../../src/operations/status/status.ts'
import type { TestApp } from './test-app.ts'

/** What `dray status test --json --exit-code` says of the only host of an app; `drift` as `kind subject`. */
export async function readSwarmStatus(
  app: TestApp,
): Promise<{ exitCode: number; host: KnownHost; drift: string[] }> {
  const { exitCode, stdout } = await app.dray(['status', 'test', '--json', '--exit-code'])
  const [host] = (JSON.parse(stdout) as EnvironmentStatus).hosts as readonly KnownHost[]
  if (host === undefined) throw new Error(`No host: ${stdout}`)
  return { exitCode, host, drift: host.drift.map(({ kind, subject }) => `${kind} ${subject}`) }
}
