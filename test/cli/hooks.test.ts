import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { DrayError } from '../../src/errors/dray-error.ts'
import { shopAtV1 } from '../support/shop-world.ts'
import { release } from './support/run-release.ts'

const writesFacts = (name: string) => `env | grep ^DRAY_ | sort > ${name}.facts`
const allWriteFacts = {
  before: writesFacts('before'),
  after: writesFacts('after'),
  failure: writesFacts('failure'),
}

/** The facts that a hook of `allWriteFacts` received; undefined if the hook did not run. */
async function factsOf(cwd: string, name: string): Promise<Record<string, string> | undefined> {
  const text = await readFile(path.join(cwd, `${name}.facts`), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const pairs = text
    .trim()
    .split('\n')
    .map((line): [string, string] => [line.split('=', 1).join(''), line.slice(line.indexOf('=') + 1)])
  return Object.fromEntries(pairs)
}

describe('a deploy that works', () => {
  test('has `before` run under the lock before anything is touched, and `after` at the end', async () => {
    const world = await shopAtV1()
    const env = { GITHUB_ACTOR: 'mona', GITHUB_SERVER_URL: 'https://github.com' }
    const run = { GITHUB_REPOSITORY: 'acme/shop', GITHUB_RUN_ID: '7' }
    const { exitCode, cwd } = await release(world, {
      config: { hooks: allWriteFacts },
      env: { ...env, ...run },
      options: { tag: 'v2' },
    })
    expect(exitCode).toBe(0)
    const before = {
      DRAY_HOOK: 'before',
      DRAY_COMMAND: 'deploy',
      DRAY_APP: 'shop',
      DRAY_ENVIRONMENT: 'test',
      DRAY_HOST: '',
      DRAY_HOSTS: 'deploy@srv',
      DRAY_TAG: 'v2',
      DRAY_RELEASE: 'r2',
      DRAY_PREVIOUS_RELEASE: 'r1',
      DRAY_DEPLOYER: 'mona',
      DRAY_RUN_URL: 'https://github.com/acme/shop/actions/runs/7',
      DRAY_URL: 'https://test.example.com',
      DRAY_OUTCOME: '',
      DRAY_SERVING: '',
      DRAY_ERROR_CODE: '',
      DRAY_ERROR: '',
      DRAY_DURATION_MS: '',
    }
    expect(await factsOf(cwd, 'before')).toEqual(before)
    expect(await factsOf(cwd, 'after')).toEqual({
      ...before,
      DRAY_HOOK: 'after',
      DRAY_OUTCOME: 'deployed',
      DRAY_SERVING: 'r2',
      DRAY_DURATION_MS: expect.stringMatching(/^\d+$/) as string,
    })
    expect(await factsOf(cwd, 'failure')).toBeUndefined()
  })

  test('shows their output, without secrets and control characters', async () => {
    const world = await shopAtV1()
    const { stderr } = await release(world, {
      config: {
        hooks: { before: 'cat token; printf "\\033[31mred\\n" >&2', after: ['printf', '%s', 'a b'] },
      },
      files: { '.env.deploy': 'GITHUB_TOKEN=a-token-of-ours', token: 'it is a-token-of-ours\n' },
      options: { envFile: '.env.deploy' },
    })
    expect(stderr).toMatch(/Hook before: cat token.*\n.*before │ it is \[redacted\]\n.*before │ red\n/)
    expect(stderr).toContain('after │ a b\n')
  })

  test('gives them no secret that was not in its own environment', async () => {
    const world = await shopAtV1()
    const { cwd } = await release(world, {
      config: { hooks: { before: 'env > all.facts' } },
      files: { '.env.deploy': 'GITHUB_TOKEN=a-token-of-ours\nMY_PASSWORD=hush-hush' },
      options: { envFile: '.env.deploy' },
    })
    const all = await readFile(path.join(cwd, 'all.facts'), 'utf8')
    expect(all).toContain('DRAY_APP=shop')
    expect(all).not.toMatch(/a-token-of-ours|hush-hush/)
  })

  test('says so when `after` fails, and counts all the same', async () => {
    const world = await shopAtV1()
    const { exitCode, stderr, stdout } = await release(world, { config: { hooks: { after: 'exit 3' } } })
    expect(exitCode).toBe(0)
    expect(stderr).toContain(
      'Warning: The hook `after` (`exit 3`) exited with code 3. The release is deployed.',
    )
    expect(stdout).toContain('Deployed shop to test')
    expect(world.host.running).toContain('backend:v2')
  })
})

describe('no hook runs', () => {
  test('where there is nothing to deploy', async () => {
    const world = await shopAtV1()
    await world.deploy()
    const { exitCode, stdout, cwd } = await release(world, { config: { hooks: allWriteFacts } })
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('Nothing to do') as string])
    expect(await factsOf(cwd, 'before')).toBeUndefined()
    expect(await factsOf(cwd, 'after')).toBeUndefined()
  })

  test('in a plan, which shows them', async () => {
    const world = await shopAtV1()
    const hooks = { ...allWriteFacts, after: ['npm', 'run', 'purge'] }
    const { exitCode, stdout, cwd } = await release(world, { config: { hooks }, options: { dryRun: true } })
    expect(exitCode).toBe(0)
    expect(stdout).toContain('Hooks on this machine:\n  before   env | grep ^DRAY_ | sort > before.facts\n')
    expect(stdout).toContain('  after    npm run purge\n')
    expect(await factsOf(cwd, 'before')).toBeUndefined()
  })

  test('of a deploy that is refused since another one is under way', async () => {
    const world = await shopAtV1()
    world.host.holder = { user: 'mona', machine: 'ci', sinceMs: 0 }
    const { exitCode, cwd } = await release(world, { config: { hooks: allWriteFacts } })
    expect(exitCode).toBe(3)
    expect(await factsOf(cwd, 'failure')).toBeUndefined()
  })

  test('of a rollback whose plan is refused, since it is not the one that was shown', async () => {
    const world = await shopAtV1()
    const { exitCode, cwd, stderr } = await release(world, {
      config: { hooks: allWriteFacts },
      options: { tag: 'v2' },
      accepts: () => {
        throw new DrayError('PLAN_CHANGED', 'The servers of test have changed since the plan was made.')
      },
    })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('[PLAN_CHANGED]')
    for (const name of Object.keys(allWriteFacts)) expect(await factsOf(cwd, name), name).toBeUndefined()
  })
})

describe('a `before` hook that fails', () => {
  test('stops the deploy before any change, and its output is reported', async () => {
    const world = await shopAtV1()
    const before = 'echo no backup today; exit 9'
    const { exitCode, stderr, cwd } = await release(world, {
      config: { hooks: { ...allWriteFacts, before } },
    })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('[HOOK_FAILED]')
    expect(stderr).toContain('The hook `before` (`echo no backup today; exit 9`) exited with code 9.')
    expect(stderr).toContain('│ no backup today')
    expect(world.takeLog()).toEqual([])
    expect(world.host.journal).toEqual([])
    expect(world.host.holder).toBeUndefined()
    expect(await factsOf(cwd, 'failure')).toMatchObject({
      DRAY_OUTCOME: 'failed',
      DRAY_ERROR_CODE: 'HOOK_FAILED',
      DRAY_RELEASE: 'r2',
    })
  })

  test('is one that is not there', async () => {
    const world = await shopAtV1()
    const { exitCode, stderr } = await release(world, { config: { hooks: { before: ['./no-such-script'] } } })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('The hook `before` (`./no-such-script`) exited with code 127.')
  })

  test('includes a timeout: the hook and its child processes are ended', async () => {
    const world = await shopAtV1()
    const before = 'sleep 600 & echo $! > child; wait'
    const { exitCode, stderr, cwd } = await release(world, {
      config: { hooks: { before, timeout: '300ms' } },
    })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('exceeded its timeout of 0.3 s.')
    expect(world.takeLog()).toEqual([])
    const child = Number(await readFile(path.join(cwd, 'child'), 'utf8'))
    await expect.poll(() => isRunning(child)).toBe(false)
  })

  test('is one that Ctrl-C ends: the deploy is cancelled, and `failure` has its turn', async () => {
    const world = await shopAtV1()
    const cancel = new AbortController()
    const { exitCode, stderr, cwd } = await release(world, {
      config: { hooks: { ...allWriteFacts, before: 'echo begun; sleep 600' } },
      signal: cancel.signal,
      onNarration: (text) => {
        if (text.includes('│ begun')) cancel.abort(new DrayError('CANCELLED', 'Stopped by Ctrl-C.'))
      },
    })
    expect(exitCode).toBe(130)
    expect(stderr).toContain('Hook before: cancelled after')
    expect(world.takeLog()).toEqual([])
    expect(await factsOf(cwd, 'failure')).toMatchObject({
      DRAY_OUTCOME: 'cancelled',
      DRAY_ERROR_CODE: 'CANCELLED',
    })
  })
})

describe('a deploy that fails', () => {
  test('runs `failure` with the failure and the serving release; its own failure does not change the result', async () => {
    const world = await shopAtV1()
    world.host.failWhen('up', new DrayError('PORT_TAKEN', 'Port 80 is\u0000 taken by ours-and-secret.'))
    const failure = `${allWriteFacts.failure}; exit 5`
    const { exitCode, stderr, cwd } = await release(world, {
      config: { hooks: { ...allWriteFacts, failure } },
      files: { '.env.deploy': 'GITHUB_TOKEN=ours-and-secret' },
      options: { envFile: '.env.deploy' },
    })
    expect(exitCode).toBe(1)
    expect(await factsOf(cwd, 'failure')).toMatchObject({
      DRAY_HOOK: 'failure',
      DRAY_OUTCOME: 'failed',
      DRAY_ERROR_CODE: 'PORT_TAKEN',
      DRAY_ERROR: 'Port 80 is taken by [redacted].',
      DRAY_SERVING: 'r1',
    })
    expect(await factsOf(cwd, 'after')).toBeUndefined()
    expect(stderr).toContain('The hook `failure`')
    expect(stderr).toContain('[PORT_TAKEN]')
  })
})

test('a rollback has its hooks, too, with the release that it goes back to', async () => {
  const world = await shopAtV1()
  await world.deploy()
  const { exitCode, cwd } = await release(world, { config: { hooks: allWriteFacts }, kind: 'rollback' })
  expect(exitCode).toBe(0)
  expect(await factsOf(cwd, 'after')).toMatchObject({
    DRAY_COMMAND: 'rollback',
    DRAY_OUTCOME: 'deployed',
    DRAY_RELEASE: 'r3',
    DRAY_PREVIOUS_RELEASE: 'r2',
  })
})

test('as JSON, hooks are events, and the end comes last', async () => {
  const world = await shopAtV1()
  const { stdout } = await release(world, { config: { hooks: { after: 'echo purged' } }, json: true })
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string })
  expect(events.slice(-4)).toMatchObject([
    { type: 'hook.started', hook: 'after', argv: ['sh', '-c', 'echo purged'] },
    { type: 'hook.printed', hook: 'after', line: 'purged' },
    { type: 'hook.finished', hook: 'after', outcome: 'done', exitCode: 0 },
    { type: 'deploy.finished', outcome: 'deployed' },
  ])
})

/** A process that has ended may stay in the table until its parent asks for its exit code. */
async function isRunning(processId: number): Promise<boolean> {
  const status = await readFile(`/proc/${processId}/status`, 'utf8').catch(() => 'State:\tZ')
  return !/^State:\tZ/m.test(status)
}
