import { expect, test } from 'vitest'
import { archiveScript } from '../../src/adapters/directory/release-scripts.ts'
import { observeScript } from '../../src/adapters/directory/observe-script.ts'
import type { CommandRunner, RunOptions } from '../../src/adapters/host/command-runner.ts'
import type { CliContext } from '../../src/cli/command/context.ts'
import type { EnvironmentInput } from '../../src/cli/command/load-environment.ts'
import type { OnHost } from '../../src/cli/commands/inspect/ask-status.ts'
import type { WatchedEnvironment } from '../../src/cli/commands/inspect/watch/load-watched.ts'
import { LOOK_MS, PACE_MS } from '../../src/cli/commands/inspect/watch/pace.ts'
import { watchEnvironments } from '../../src/cli/commands/inspect/watch/watch-environments.ts'
import { unknownEnvironment } from '../../src/operations/status/make-status.ts'
import { failureFrom } from '../../src/deploy/execute/failure.ts'
import { DrayError } from '../../src/errors/dray-error.ts'
import type { Overview } from '../../src/ui/page/model.ts'
import { FakeClock } from '../support/fake-clock.ts'

const sections = (texts: Readonly<Record<string, string | number>>): string =>
  Object.entries(texts)
    .map(([name, text]) => `@@dray ${name}\n${text}\n`)
    .join('')

type Script = 'observe' | 'archive'
type Run = (script: Script, options: RunOptions) => Promise<string>

/** Hosts that answer as `run` says, watched over one environment. */
function watchHosts(hosts: readonly string[], run: (host: string) => Run, clock = new FakeClock(0)) {
  const runs: { host: string; script: Script; atMs: number; timeoutMs: number | undefined }[] = []
  const onHost: OnHost = (host, read) => {
    const runner = {
      name: host,
      run: async ([, , text]: readonly string[], options: RunOptions = {}) => {
        const script = text === observeScript ? 'observe' : 'archive'
        if (script === 'archive') expect(text).toBe(archiveScript)
        runs.push({ host, script, atMs: clock.now(), timeoutMs: options.timeoutMs })
        return { exitCode: 0, stdout: await run(host)(script, options), stderr: '' }
      },
    }
    return read(runner as unknown as CommandRunner)
  }
  const environment = { name: 'production', path: '/srv/shop', hosts, engine: 'compose' }
  const input = { config: { environment, probe: false } } as unknown as EnvironmentInput
  let environments: WatchedEnvironment[] = [{ name: 'production', input }]
  let hasChanged = false
  const config = {
    get environments() {
      return environments
    },
    version: 0,
    reload: async () => {
      const changed = hasChanged
      hasChanged = false
      return changed
    },
  }
  const change = (changed: WatchedEnvironment[]): void => {
    environments = changed
    hasChanged = true
  }
  const context = { clock, signal: new AbortController().signal } as unknown as CliContext
  const watch = watchEnvironments(
    { app: 'shop', mayWrite: false, config },
    { onHost, context, clean: (value) => value, readsAttempts: true },
  )
  return { watch, runs, clock, change, input }
}

const seenHost = (journalBytes = 100, lock = '', now = 0): string =>
  sections({ 'docker-exit': 0, now, lock, 'journal-bytes': journalBytes })

const journal = (...entries: object[]): string =>
  sections({
    'journal-bytes': 1,
    'journal-backwards': entries
      .map((entry) => JSON.stringify({ version: 1, at: 1_000, release: 'r1', ...entry }))
      .reverse()
      .join('\n'),
  })

const hang = (): Promise<never> => new Promise(() => undefined)

test('a host that hangs delays no other, and what is not read yet is named', async () => {
  const { watch, runs } = watchHosts(['a', 'b'], (host) => (script) => {
    if (host === 'a') return hang()
    return Promise.resolve(script === 'observe' ? seenHost() : journal())
  })
  const seen: Overview[] = []
  using _ = watch.follow((overview) => seen.push(overview))
  await expect
    .poll(() => seen.at(-1)?.environments[0])
    .toMatchObject({ reading: ['a'], status: { hosts: [{ host: 'b', verdict: 'nothing-deployed' }] } })
  await expect.poll(() => runs.filter(({ host }) => host === 'b').length).toBeGreaterThan(3)
  expect(runs.filter(({ host }) => host === 'a')).toHaveLength(1)
  expect(new Set(runs.map(({ timeoutMs }) => timeoutMs))).toEqual(new Set([LOOK_MS]))
})

test('a server that is not set up yet has nothing deployed, and its journal is not read', async () => {
  const answer = sections({ now: 0, 'no-directory': '', 'no-docker': '' })
  const { watch, runs } = watchHosts(['a'], () => () => Promise.resolve(answer))
  const seen: Overview[] = []
  using _ = watch.follow((overview) => seen.push(overview))
  const message = 'There is no Docker on a, and no directory /srv/shop.'
  await expect
    .poll(() => seen.at(-1)?.environments[0]?.status?.hosts)
    .toMatchObject([{ verdict: 'nothing-deployed', notSetUp: { message } }])
  await expect.poll(() => runs.length).toBeGreaterThan(3)
  expect(new Set(runs.map(({ script }) => script))).toEqual(new Set(['observe']))
})

test.each([
  ['a host that is well', '', 6],
  ['a host that is deployed to', '{"user":"ann","machine":"ci","sinceMs":0}', 20],
])('%s is looked at a fixed number of times per minute', async (_name, lock, perMinute) => {
  const { watch, runs } = watchHosts(
    ['a'],
    () => async (script) => (script === 'observe' ? seenHost(100, lock) : journal()),
  )
  using _ = watch.follow(() => undefined)
  const looks = (): number[] => runs.filter(({ script }) => script === 'observe').map(({ atMs }) => atMs)
  await expect.poll(() => looks().length).toBeGreaterThan(perMinute)
  const [first = 0] = looks()
  expect(looks().filter((atMs) => atMs < first + 60_000)).toHaveLength(perMinute)
  expect(runs.filter(({ script }) => script === 'archive')).toHaveLength(1)
})

test('the age of a status is that of the host that was read longest ago', async () => {
  let isHanging = false
  const { watch, clock } = watchHosts(['a', 'b'], (host) => (script) => {
    if (host === 'a' && isHanging) return hang()
    return Promise.resolve(script === 'observe' ? seenHost() : journal())
  })
  const seen: Overview[] = []
  using _ = watch.follow((overview) => seen.push(overview))
  await expect.poll(() => seen.at(-1)?.environments[0]?.reading).toEqual([])
  isHanging = true
  const fromMs = clock.now()
  await expect.poll(() => clock.now() - fromMs).toBeGreaterThanOrEqual(5 * PACE_MS.calm)
  const ages = seen.map(({ nowMs, environments: [it] }) => nowMs - (it?.readAtMs ?? nowMs))
  expect(Math.max(...ages)).toBeGreaterThanOrEqual(3 * PACE_MS.calm)
})

test('a look that was begun before the page was hidden says nothing after it', async () => {
  const ends: ((text: string) => void)[] = []
  const { watch } = watchHosts(['a'], () => () => new Promise((resolve) => ends.push(resolve)))
  watch.follow(() => undefined)[Symbol.dispose]()
  const seen: Overview[] = []
  using _ = watch.follow((overview) => seen.push(overview))
  await expect.poll(() => ends).toHaveLength(2)
  ends[0]?.(seenHost(1))
  await new Promise((resolve) => setImmediate(resolve))
  expect(seen.at(-1)?.environments[0]?.status).toBeUndefined()
  ends[1]?.(seenHost(2))
  await expect.poll(() => seen.at(-1)?.environments[0]?.journalBytes).toEqual({ a: 2 })
})

test('a deploy that failed between two looks is read, and again if it could not be', async () => {
  let bytes = 100
  let isBroken = true
  let entries: object[] = []
  const { watch, runs } = watchHosts(['a'], () => async (script) => {
    if (script === 'observe') return seenHost(bytes)
    if (isBroken) throw new DrayError('HOST_COMMAND_FAILED', 'Reading the releases on a failed.')
    return journal(...entries)
  })
  const seen: Overview[] = []
  using _ = watch.follow((overview) => seen.push(overview))
  const reads = (): number => runs.filter(({ script }) => script === 'archive').length
  await expect.poll(reads).toBeGreaterThanOrEqual(2)
  isBroken = false
  await expect.poll(() => runs.slice(-3).every(({ script }) => script === 'observe')).toBe(true)
  const before = reads()
  entries = [{ event: 'deploy.started' }, { event: 'deploy.finished', outcome: 'failed' }]
  bytes = 900
  await expect
    .poll(() => seen.at(-1)?.environments[0]?.lastAttempts['a'])
    .toMatchObject({ release: 'r1', outcome: { kind: 'failed' } })
  expect(reads()).toBe(before + 1)
})

test('what cannot be read is asked for less and less often, and at once after a change', async () => {
  let bytes = 100
  const { watch, runs, clock } = watchHosts(['a'], () => async (script) => {
    if (script === 'observe') return seenHost(bytes)
    throw new DrayError('RECORD_NEWER', 'dray 9.0.0 wrote records of format 9 in /srv/shop/.dray.')
  })
  const times = (): number[] => runs.filter(({ script }) => script === 'archive').map(({ atMs }) => atMs)
  using _ = watch.follow(() => undefined)
  await expect.poll(() => clock.now()).toBeGreaterThan(3_600_000)
  const inTheFirstHour = times().filter((atMs) => atMs < 3_600_000)
  expect(inTheFirstHour.slice(0, 5)).toEqual([0, 10_000, 20_000, 40_000, 80_000])
  expect(inTheFirstHour.length).toBeLessThan(20)
  bytes = 200
  const changedAtMs = clock.now()
  await expect.poll(() => times().some((atMs) => atMs >= changedAtMs)).toBe(true)
  const next = times().find((atMs) => atMs >= changedAtMs) ?? 0
  expect(next - changedAtMs).toBeLessThanOrEqual(2 * PACE_MS.calm)
})

test('the clock of a host is known as far as it differs', async () => {
  const clock = new FakeClock(0)
  const { watch } = watchHosts(
    ['a', 'b'],
    (host) => async (script) => {
      if (script === 'archive') return journal()
      return seenHost(1, '', Math.floor(clock.now() / 1000) + (host === 'a' ? 3600 : 1))
    },
    clock,
  )
  expect(watch.offsetMs('production', 'a')).toBe(0)
  const seen: Overview[] = []
  using _ = watch.follow((overview) => seen.push(overview))
  await expect.poll(() => seen.at(-1)?.environments[0]?.reading).toEqual([])
  expect(watch.offsetMs('production', 'a')).toBe(3_600_000)
  expect(watch.offsetMs('production', 'b')).toBe(0)
})

test('dray.yml is read again when it changes', async () => {
  const { watch, runs, change, input } = watchHosts(
    ['a'],
    () => async (script) => (script === 'observe' ? seenHost() : journal()),
  )
  const seen: Overview[] = []
  using _ = watch.follow((overview) => seen.push(overview))
  await expect.poll(() => runs.length).toBeGreaterThan(1)
  const failure = failureFrom(new DrayError('CONFIG_INVALID', 'dray.yml is not valid.'))
  change([{ name: 'production', unreadable: unknownEnvironment('production', failure) }])
  await expect.poll(() => seen.at(-1)?.environments[0]?.status?.failure?.code).toBe('CONFIG_INVALID')
  change([{ name: 'production', input }])
  await expect.poll(() => seen.at(-1)?.environments[0]?.status?.hosts.length).toBe(1)
})
