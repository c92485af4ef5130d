import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createEnvStore } from '../../../../src/adapters/directory/env/env-store.ts'
import type { CommandRunner, RunOptions } from '../../../../src/adapters/host/command-runner.ts'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import { changeHosts, type HostEdit } from '../../../../src/operations/env/change-hosts.ts'
import type { EnvStore } from '../../../../src/operations/env/ports.ts'
import { systemClock } from '../../../../src/shared/clock.ts'
import { Secret } from '../../../../src/shared/secrets/secret.ts'
import { temporaryApp, treeOf } from '../../../support/temporary-directory.ts'

const runner = new LocalRunner()
afterAll(() => runner[Symbol.asyncDispose]())

/** How a host answers a script; the last argument of one that changes `.env` is `check` or `write`. */
type Answer = (
  argv: readonly string[],
  run: (env?: RunOptions['env']) => Promise<unknown>,
) => Promise<unknown>

class Host {
  readonly path: string
  readonly store: EnvStore

  constructor(path: string, store: EnvStore) {
    this.path = path
    this.store = store
  }

  static async make(name: string, text: string, answer: Answer = (_, run) => run()): Promise<Host> {
    const path = await temporaryApp({ '.env': text })
    await chmod(join(path, '.env'), 0o600)
    const its = {
      name,
      run: (argv: readonly string[], options: RunOptions) =>
        answer(argv, (env) => runner.run(argv, { ...options, ...(env && { env }) })),
      open: runner.open.bind(runner),
    } as unknown as CommandRunner
    return new Host(path, createEnvStore({ runner: its, path, clock: systemClock }))
  }

  async files(): Promise<Record<string, string>> {
    const tree = await treeOf(this.path)
    return Object.fromEntries(Object.entries(tree).filter(([file]) => !file.startsWith('.dray')))
  }
}

const change = (
  hosts: readonly Host[],
  {
    isRepeatable = true,
    signal = new AbortController().signal,
    make = (writer, by) => writer.set('A', new Secret('A=2\n'), by),
  }: { isRepeatable?: boolean; signal?: AbortSignal; make?: HostEdit['make'] } = {},
) =>
  changeHosts(
    hosts.map(({ store }): HostEdit => ({
      store,
      names: { set: ['A'], removed: [] },
      make,
    })),
    {
      deployer: { user: 'ann', machine: 'pc' },
      clock: systemClock,
      signal,
      environment: 'production',
      isRepeatable,
    },
  )

async function failureOf(changing: Promise<unknown>): Promise<DrayError> {
  const failure: unknown = await changing.catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(DrayError)
  return failure as DrayError
}

/** Where `mv` fails, `.env` cannot be replaced after all. */
async function withoutMove(): Promise<NonNullable<RunOptions['env']>> {
  const programs = await temporaryApp({ mv: '#!/bin/sh\necho "mv: No space left on device" >&2\nexit 1\n' })
  await chmod(join(programs, 'mv'), 0o755)
  return { PATH: `${programs}:${process.env['PATH'] ?? ''}` }
}

const unreachable = () => Promise.reject(new DrayError('HOST_UNREACHABLE', 'The connection to b broke.'))

test('changes all hosts, keeps a copy on each, and lets go of the locks', async () => {
  const hosts = [await Host.make('a', 'A=1\n'), await Host.make('b', 'A=2\n'), await Host.make('c', '')]
  const done = await change(hosts)
  expect(done.map(({ outcome }) => outcome)).toEqual(['changed', 'unchanged', 'changed'])
  expect(await Promise.all(hosts.map((host) => readFile(join(host.path, '.env'), 'utf8')))).toEqual([
    'A=2\n',
    'A=2\n',
    'A=2\n',
  ])
  expect(Object.keys(await hosts[0]!.files())).toContain(done[0]!.backup)
  expect((await change(hosts)).map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged', 'unchanged'])
})

test('writes nothing anywhere if one host cannot be changed, and names it', async () => {
  const [a, b] = [await Host.make('a', 'A=1\n'), await Host.make('b', 'A="1\n')]
  const failure = await failureOf(change([a, b]))
  expect(failure).toMatchObject({ code: 'ENV_INVALID', exitCode: 3 })
  expect(failure.message).toContain(`${b.path}/.env on b. Nothing was written.`)
  expect(await a.files()).toEqual({ '.env': '600 A=1\n' })
  expect(await b.files()).toEqual({ '.env': '600 A="1\n' })
})

test('writes nothing anywhere while a deploy has the lock of one', async () => {
  const [a, b] = [await Host.make('a', 'A=1\n'), await Host.make('b', 'A=1\n')]
  await using _ = await a.store.lock({ user: 'bo', machine: 'ci', sinceMs: 0 }, { waitMs: 0 })
  const failure = await failureOf(change([a, b]))
  expect(failure).toMatchObject({ code: 'LOCK_HELD', exitCode: 3 })
  expect(failure.message).toContain('bo on ci')
  expect(await b.files()).toEqual({ '.env': '600 A=1\n' })
})

test('an interrupt before the first host is written leaves all as they are', async () => {
  const interrupt = new AbortController()
  let checks = 0
  const answer: Answer = async (argv, run) => {
    const output = await run()
    if (argv.at(-1) === 'check') checks += 1
    if (checks === 2) interrupt.abort(new DrayError('CANCELLED', 'Cancelled.'))
    return output
  }
  const a = await Host.make('a', 'A=1\n', answer)
  const b = await Host.make('b', 'A=1\n', answer)
  expect((await failureOf(change([a, b], { signal: interrupt.signal }))).code).toBe('CANCELLED')
  for (const host of [a, b]) expect(await host.files()).toEqual({ '.env': '600 A=1\n' })
})

test('if a write fails nonetheless, the other hosts get the old file back', async () => {
  const env = await withoutMove()
  const a = await Host.make('a', 'A=1\n')
  const b = await Host.make('b', 'A=0\n', (argv, run) => run(argv.at(-1) === 'write' ? env : undefined))
  const c = await Host.make('c', 'A=2\n')
  expect(await failureOf(change([a, b, c]))).toMatchObject({
    code: 'DISK_FULL',
    exitCode: 3,
    message:
      'The disk of b is full: changing .env failed. .env is as before on every host; it was put back on a.',
  })
  expect(await a.files()).toEqual({ '.env': '600 A=1\n' })
  expect(await b.files()).toEqual({ '.env': '600 A=0\n' })
})

test('a change that was taken back costs no older copy, and one that was not leaves five', async () => {
  const env = await withoutMove()
  let isBroken = true
  const a = await Host.make('a', 'A=1\n')
  const b = await Host.make('b', 'A=1\n', (argv, run) =>
    run(isBroken && argv.at(-1) === 'write' ? env : undefined),
  )
  const copies = [1, 2, 3, 4, 5].map((day) => `.env.before-2026010${day}T000000Z`)
  for (const { path } of [a, b])
    for (const copy of copies) await writeFile(join(path, copy), `A=${copy}\n`, { mode: 0o600 })
  const before = await a.files()
  expect(Object.keys(before)).toEqual(expect.arrayContaining(copies))
  const failure = await failureOf(change([a, b]))
  expect(failure.message).toContain('it was put back on a.')
  for (const host of [a, b]) expect(await host.files()).toEqual(before)

  isBroken = false
  const done = await change([a, b])
  for (const [index, host] of [a, b].entries()) {
    const kept = [...copies.slice(1), done[index]?.backup]
    expect(Object.keys(await host.files()).sort()).toEqual(['.env', ...kept].sort())
  }
})

test('a host that goes away after all were written has the change nonetheless', async () => {
  let isGone = false
  const a = await Host.make('a', 'A=1\n')
  const b = await Host.make('b', 'A=1\n', async (argv, run) => {
    if (isGone) return unreachable()
    const output = await run()
    isGone = argv.at(-1) === 'write'
    return output
  })
  expect((await change([a, b])).map(({ outcome }) => outcome)).toEqual(['changed', 'changed'])
  expect(isGone).toBe(true)
})

test('a host that goes away while it is written may have either file', async () => {
  let isGone = false
  const a = await Host.make('a', 'A=1\n')
  const b = await Host.make('b', 'A=1\n', (argv, run) => {
    isGone ||= argv.at(-1) === 'write'
    return isGone ? unreachable() : run()
  })
  expect(await failureOf(change([a, b]))).toMatchObject({
    code: 'ENV_DIFFERS',
    exitCode: 4,
    message: 'The connection to b broke. .env is now the old file on a, the old or the new one on b.',
    hint: 'Run the same command again when all hosts answer: every host then has the new values.',
  })
  expect(await a.files()).toEqual({ '.env': '600 A=1\n' })
  isGone = false
  const { hint } = await failureOf(change([a, b], { isRepeatable: false }))
  expect(hint).toMatch(/^Compare first on b, .* Confirm only for `\.env\.before-\d{8}T\d{6}Z` or a later one/)
})

test('a file that another process writes after the check is no change of some hosts only', async () => {
  const a = await Host.make('a', 'A=1\n')
  const b = await Host.make('b', 'A=1\n', async (argv, run) => {
    if (argv.at(-1) === 'write') await writeFile(join(b.path, '.env'), 'A=3\n')
    return run()
  })
  const expectedHash = (await a.store.read()).hash
  const changes = { added: [], changed: ['A'], removed: [] }
  const replaced = change([a, b], {
    make: (writer, by) => writer.replace({ text: new Secret('A=2\n'), expectedHash, changes }, by),
  })
  expect(await failureOf(replaced)).toMatchObject({
    code: 'ENV_CHANGED',
    exitCode: 3,
    message: `Another process changed ${b.path}/.env on b meanwhile. Nothing was written. .env is as before on a, a file of another process on b; it was put back on a.`,
  })
  expect(await a.files()).toEqual({ '.env': '600 A=1\n' })
  expect(await b.files()).toEqual({ '.env': '600 A=3\n' })
})

test('a write whose answer was lost is seen', async () => {
  let isLost = true
  const a = await Host.make('a', 'A=1\n')
  const b = await Host.make('b', 'A=1\n', async (argv, run) => {
    const output = await run()
    if (argv.at(-1) === 'write' && isLost) {
      isLost = false
      return unreachable()
    }
    return output
  })
  expect(await failureOf(change([a, b], { isRepeatable: false }))).toMatchObject({
    code: 'ENV_DIFFERS',
    message: 'The connection to b broke. .env is now the new file on b, the old file on a.',
    hint: 'To have the old file everywhere: `dray env production restore --host b`. Each shows what it changes, and asks.',
  })
  expect(await readFile(join(b.path, '.env'), 'utf8')).toBe('A=2\n')
})

test('if the old file cannot be put back either, the failure says which host has which', async () => {
  const env = await withoutMove()
  const a = await Host.make('a', 'A=1\n', async (argv, run) => {
    // Another process writes in between.
    if (argv.includes('take-back')) await writeFile(join(a.path, '.env'), 'A=3\n')
    return run()
  })
  const b = await Host.make('b', 'A=1\n', (argv, run) => run(argv.at(-1) === 'write' ? env : undefined))
  const failure = await failureOf(change([a, b], { isRepeatable: false }))
  const copy = Object.keys(await a.files()).find((file) => file.startsWith('.env.before-'))
  expect(failure).toMatchObject({
    code: 'ENV_DIFFERS',
    exitCode: 4,
    hint: `To have the old file everywhere: \`dray env production restore ${copy} --host a\`. Each shows what it changes, and asks.`,
    message: 'The disk of b is full: changing .env failed. .env is now the old file on b, a third one on a.',
  })
  expect(failure.details.problems?.join()).toContain(`Another process changed ${a.path}/.env on a meanwhile.`)
  expect(await readFile(join(a.path, '.env'), 'utf8')).toBe('A=3\n')
})

test('if the first .env of a host cannot be taken away again, the hint is to remove it', async () => {
  const a = await Host.make('a', '', (argv, run) => (argv.includes('take-back') ? unreachable() : run()))
  await rm(join(a.path, '.env'))
  const env = await withoutMove()
  const b = await Host.make('b', 'A=1\n', (argv, run) => run(argv.at(-1) === 'write' ? env : undefined))
  expect(await failureOf(change([a, b], { isRepeatable: false }))).toMatchObject({
    code: 'ENV_DIFFERS',
    hint: 'There was no .env on a: if it is there, remove it.',
  })
})
