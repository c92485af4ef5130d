import { expect, test } from 'vitest'
import type { OnHost } from '../../src/cli/commands/inspect/ask-status.ts'
import { PACE_MS } from '../../src/cli/commands/inspect/watch/pace.ts'
import { watchEnvironments } from '../../src/cli/commands/inspect/watch/watch-environments.ts'
import type { CliContext } from '../../src/cli/command/context.ts'
import type { EnvironmentInput } from '../../src/cli/command/load-environment.ts'
import { DrayError } from '../../src/errors/dray-error.ts'
import type { Overview } from '../../src/ui/page/model.ts'
import { FakeClock } from '../support/fake-clock.ts'

/** A watch of one host that does not answer, with the times at which it was read. */
function watchDeadHost() {
  const clock = new FakeClock(0)
  const readAtMs: number[] = []
  const onHost: OnHost = async () => {
    readAtMs.push(clock.now())
    throw new DrayError('HOST_UNREACHABLE', 'a.example.com does not answer over SSH.')
  }
  const environment = { name: 'production', path: '/srv/shop', hosts: ['a.example.com'] }
  const input = { config: { environment, probe: false } } as unknown as EnvironmentInput
  const context = { clock, signal: new AbortController().signal } as unknown as CliContext
  const clean = <T>(value: T): T => value
  const config = { environments: [{ name: 'production', input }], version: 0, reload: async () => false }
  const watched = { app: 'shop', mayWrite: false, config }
  return {
    watch: watchEnvironments(watched, { onHost, context, clean, readsAttempts: true }),
    readAtMs,
    clock,
  }
}

function verdicts(seen: readonly Overview[]): (string | undefined)[] {
  return seen.map(({ environments }) => environments[0]?.status?.verdict)
}

test('hosts are read while a page is visible, and not otherwise', async () => {
  const { watch, readAtMs, clock } = watchDeadHost()
  await clock.sleep(60_000)
  expect(readAtMs).toEqual([])
  const seen: Overview[] = []
  const following = watch.follow((overview) => seen.push(overview))
  await expect.poll(() => readAtMs.length).toBeGreaterThanOrEqual(3)
  following[Symbol.dispose]()
  await clock.sleep(10 * PACE_MS.unknown)
  const last = readAtMs.length
  expect(readAtMs.slice(0, 3)).toEqual([0, 1, 2].map((time) => 60_000 + time * PACE_MS.unknown))
  expect(verdicts(seen).slice(0, 2)).toEqual([undefined, 'unknown'])
  await clock.sleep(60_000)
  expect(readAtMs).toHaveLength(last)
})

test('ten pages cost as much as one, and a new page sees at once what is known', async () => {
  const { watch, readAtMs, clock } = watchDeadHost()
  const pages = Array.from({ length: 10 }, () => {
    const seen: Overview[] = []
    return { seen, following: watch.follow((overview) => seen.push(overview)) }
  })
  await expect.poll(() => readAtMs.length).toBeGreaterThanOrEqual(3)
  const late: Overview[] = []
  const following = watch.follow((overview) => late.push(overview))
  expect(verdicts(late)).toEqual(['unknown'])
  const elapsedMs = clock.now()
  expect(readAtMs.length).toBeLessThanOrEqual(elapsedMs / PACE_MS.unknown + 1)
  for (const it of [...pages, { following }]) it.following[Symbol.dispose]()
})

test('a page that comes back is up to date at once', async () => {
  const { watch, readAtMs } = watchDeadHost()
  const first = watch.follow(() => undefined)
  expect(readAtMs).toHaveLength(1)
  first[Symbol.dispose]()
  const again = watch.follow(() => undefined)
  expect(readAtMs).toHaveLength(2)
  again[Symbol.dispose]()
})
