import { describe, expect, test } from 'vitest'
import { fakeApp, fakeProxy, fakeService, withTag } from '../../../support/fake-app.ts'
import { FakeWorld } from '../../../support/fake-deploy.ts'
import type { FakeHost } from '../../../support/fake-host.ts'
import { readHistory } from '../../../../src/deploy/releases/history.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import { createTerminalStyle } from '../../../../src/ui/terminal/terminal-style.ts'
import { renderPlan } from '../../../../src/ui/render/deploy/render-plan.ts'
import { planToText } from '../../../support/plan-to-text.ts'
import { shop, shopAtV1 } from '../../../support/shop-world.ts'

const v1 = 'backend:v1#backend-1, nginx:alpine#nginx-1'

test('everything that can fail is done on every host before the first one switches traffic', async () => {
  const world = await shopAtV1(['a', 'b', 'c'])
  world.hosts[2]!.failWhen('pull')
  expect(await world.failure()).toMatchObject({ code: 'DOCKER_FAILED', message: 'c: No pull today.' })
  for (const host of world.hosts) {
    expect(host.running).toBe(v1)
    expect(world.takeLog(host).filter((line) => /^(up|turn)/.test(line))).toEqual([])
  }
})

test('every host that cannot take the release is named at once', async () => {
  const world = await shopAtV1(['a', 'b', 'c'])
  world.app = withTag(
    fakeApp([fakeService('backend', { publishedPorts: ['22'] }), ...shop.services.slice(1)]),
    'v2',
  )
  world.hosts[1]!.foreignPorts = []
  expect(await world.failure()).toMatchObject({
    code: 'PORT_TAKEN',
    message: expect.stringMatching(/\ba\b/) as string,
    details: { problems: [expect.stringMatching(/\bc\b/)] },
  })
})

test('waves of hosts switch traffic side by side, and a failure takes back those that have switched', async () => {
  const world = await shopAtV1(['a', 'b', 'c', 'd', 'e'])
  world.desired = { ...world.desired, rolling: { percent: 50 } }
  const plan = await world.plan()
  expect(plan.rolling).toBe(2)
  const waves = plan.steps.flatMap(({ kind, host, phase }) =>
    kind === 'switch-traffic' ? [`${host}${phase?.wave}`] : [],
  )
  expect(waves).toEqual(['a1', 'b1', 'c2', 'd2', 'e3'])
  world.hosts[3]!.containers.behaviours.set('backend:v2', 'exits')
  expect(await world.failure()).toMatchObject({
    code: 'SERVICE_EXITED',
    exitCode: 1,
    message: expect.stringMatching(/^d: backend/) as string,
    serving: 'Release r1 is serving, as before.',
    undone: [
      'files restored on a, b, c and 2 more',
      'traffic switched back on a, b',
      'shop-backend-2 removed on a, b, c and 1 more',
    ],
  })
  for (const host of world.hosts) expect(host.running).toBe(v1)
  expect(world.takeLog(world.hosts[4])).not.toContain('up beside backend=2')
})

test('a container that ends on one host after the last check takes back all of them, and none records the release', async () => {
  const world = await shopAtV1(['a', 'b'])
  const [a, b] = world.hosts
  a!.when('stop backend-1', () => a!.containers.change('backend-2', { state: 'exited', exitCode: 1 }))
  expect(await world.failure()).toMatchObject({
    code: 'SERVICE_EXITED',
    exitCode: 1,
    message: expect.stringMatching(/^a: backend/) as string,
    serving: 'Release r1 is serving, as before.',
  })
  for (const host of [a, b]) {
    expect(host!.running).toMatch(/backend:v1#backend-1/)
    expect(host!.releases.map(({ id }) => id)).toEqual(['r1'])
  }
})

test('a container that ends on one host while another one still stops its old ones takes back both', async () => {
  const world = await shopAtV1(['a', 'b'])
  const [a, b] = world.hosts
  b!.when('stop backend-1', async () => {
    await world.clock.sleep(5_000)
    a!.containers.change('backend-2', { state: 'exited', exitCode: 1 })
  })
  expect(await world.failure()).toMatchObject({
    code: 'SERVICE_EXITED',
    exitCode: 1,
    message: expect.stringMatching(/^a: backend/) as string,
  })
  for (const host of world.hosts) expect(host.releases.map(({ id }) => id)).toEqual(['r1'])
})

describe('a host that is lost', () => {
  test('before the record: the others go back, and the next deploy brings all to the same release', async () => {
    const world = await shopAtV1(['a', 'b', 'c'])
    const [a, b, c] = world.hosts
    let isGone = true
    b!.when('up beside', () => {
      if (isGone) b!.loseLock()
    })
    expect(await world.failure()).toMatchObject({
      code: 'HOST_LOST',
      exitCode: 4,
      message: 'The connection to b broke during the deploy.',
      serving: 'On the other hosts: Release r1 is serving, as before. The state of b is unknown.',
      notUndone: ['what was done on b before it was lost'],
    })
    for (const host of [a, c]) expect(host!.running).toBe(v1)
    expect(a!.journal.find(({ event }) => event === 'undo.finished')).toMatchObject({ lost: ['b'] })
    isGone = false
    await world.deploy()
    for (const host of world.hosts) {
      expect(host.running).toMatch(/^nginx:alpine#nginx-1, backend:v2#backend-\d$/)
      expect(host.releases.map(({ id }) => id)).toEqual(['r1', 'r3'])
    }
  })

  test('while it is undone: the others are accounted for, and it is named', async () => {
    const world = await shopAtV1(['a', 'b'])
    const [a, b] = world.hosts
    a!.failWhen('stop backend-1')
    b!.when('restore', () => {
      b!.loseLock()
      b!.engine.containers = () => Promise.reject(new DrayError('HOST_UNREACHABLE', 'It is gone.'))
    })
    expect(await world.failure()).toMatchObject({
      code: 'HOST_LOST',
      exitCode: 4,
      message: 'The connection to b broke during the deploy. a: No stop backend-1 today.',
      serving: 'On the other hosts: Release r1 is serving, as before. The state of b is unknown.',
      undone: expect.arrayContaining(['files restored on a, b', 'traffic switched back on a']) as string[],
      notUndone: ['what was left to undo on b when it was lost'],
    })
    expect(a!.running).toBe(v1)
    expect(a!.journal.find(({ event }) => event === 'undo.finished')).toMatchObject({ lost: ['b'] })
  })

  test('after the record: the others are finished, and the next deploy finishes this one', async () => {
    const world = await shopAtV1(['a', 'b'])
    const [a, b] = world.hosts
    let isGone = true
    b!.when('remove backend-1', () => {
      if (!isGone) return
      b!.loseLock()
      throw new Error('The connection is closed.')
    })
    expect(await world.failure()).toMatchObject({
      code: 'HOST_LOST',
      exitCode: 4,
      undone: [],
      message: 'The connection to b broke after the release was recorded.',
      serving: 'Release r2 is current and serving. The state of b is unknown.',
    })
    const history = readHistory(await a!.archive.read(20), 20)
    expect(history[0]).toMatchObject({ release: 'r2', outcome: { kind: 'deployed' }, lost: ['b'] })
    expect(a!.containers.all.map(({ id }) => id)).toEqual(['nginx-1', 'backend-2'])
    expect(b!.containers.all.map(({ id }) => id)).toEqual(['backend-1', 'nginx-1', 'backend-2'])
    isGone = false
    await world.deploy()
    expect(b!.containers.all.map(({ id }) => id)).toEqual(['nginx-1', 'backend-2'])
    expect(world.hosts.map((host) => host.releases.at(-1)?.id)).toEqual(['r3', 'r3'])
  })
})

test('the probe counts requests to every host', async () => {
  const world = await shopAtV1(['a', 'b'])
  const urls: string[] = []
  for (const host of world.hosts) {
    host.answer = () => {
      urls.push(host.name)
      return { status: 200 }
    }
  }
  world.hosts[1]!.when('turn nginx', () => world.clock.sleep(500))
  await world.deploy()
  const report = world.events.flatMap((event) => (event.type === 'probe.finished' ? [event.report] : []))[0]
  expect(report).toMatchObject({ url: 'http://localhost:80/ on 2 hosts', failures: 0 })
  expect(new Set(urls)).toEqual(new Set(['a', 'b']))
})

test('a service that is rolled on one host and recreated on another: each switches to what runs there', async () => {
  const app = fakeApp([fakeService('api'), fakeService('web'), fakeProxy({ dependsOn: [] })])
  const world = await shopAtV1(['a', 'b'], app)
  const [a, b] = world.hosts
  // Hosts have no container in common.
  b!.containers.change('api-1', { id: 'api-of-b' })
  // A variable of its `.env` gives the container a name.
  const { inspect } = b!.directory
  b!.directory.inspect = async (files, signal) => {
    const found = await inspect(files, signal)
    const services = found.app.services.map((it) =>
      it.name === 'api' ? { ...it, containerName: 'shop_api' } : it,
    )
    return { ...found, app: { ...found.app, services } }
  }
  await world.deploy()
  const turns = (host: FakeHost) => world.takeLog(host).filter((line) => line.startsWith('turn'))
  expect(turns(a!)).toEqual(['turn nginx to api-2, web-2'])
  expect(turns(b!)).toEqual(['turn nginx to api-2, web-2', 'turn nginx to api-3, web-2'])
})

test('the first release goes to every host', async () => {
  const world = new FakeWorld(shop, ['a', 'b'])
  await world.deploy()
  for (const host of world.hosts) expect(host.running).toBe(v1)
})

test('a plan counts the hosts that switch traffic', async () => {
  const world = await shopAtV1(['a', 'b', 'c'])
  const text = async (): Promise<string> =>
    renderPlan(await world.plan(), createTerminalStyle({ env: {}, isTTY: false }))
  expect(await text()).toContain('Traffic switches on 3 hosts, one host after the other.')
  world.request = {
    hosts: world.hosts.slice(2),
    resolveDesired: async () => ({ desired: world.desired, sites: world.sites.slice(2) }),
  }
  await world.deploy()
  world.request = {}
  expect(await text()).toContain('Traffic switches on 2 hosts, one host after the other.')
})

describe('hooks for each host', () => {
  const hook = (moment: string) => ({ argv: ['lb', moment], timeoutMs: 60_000 })
  const hostHooks = { leave: hook('leave'), join: hook('join') }

  /** Two hosts with hooks, in their order in `log` and in the logs of the hosts; `fails` is one that exits with 1. */
  async function withHooks(fails?: string): Promise<{ world: FakeWorld; log: string[] }> {
    const world = await shopAtV1(['a', 'b'])
    const log: string[] = []
    world.desired = { ...world.desired, hostHooks, watchMs: 3_000 }
    world.request = {
      runHostHook: async ({ moment }, { host, onLine }) => {
        log.push(`${host} ${moment}`)
        world.hosts.find(({ name }) => name === host)!.log.push(moment)
        onLine(`${moment} it is`)
        return { exitCode: `${host} ${moment}` === fails ? 1 : 0 }
      },
    }
    return { world, log }
  }

  const turnOf = (world: FakeWorld, host: FakeHost): string[] =>
    world.takeLog(host).flatMap((line) => /^(leave|join|up|turn|stop)/.exec(line)?.[0] ?? [])

  test('each leaves the load balancer, switches, joins and is watched before the next one', async () => {
    const { world, log } = await withHooks()
    const plan = await world.deploy()
    expect(log).toEqual(['a leave', 'a join', 'b leave', 'b join'])
    for (const host of world.hosts)
      expect(turnOf(world, host)).toEqual(['leave', 'up', 'turn', 'join', 'stop'])
    const watches = plan.steps.flatMap((it) =>
      it.kind === 'watch-host' ? [[it.host, it.forMs, it.urls]] : [],
    )
    expect(watches).toMatchObject([
      ['a', 3_000, [{ url: 'http://localhost:80/' }]],
      ['b', 3_000, [{ url: 'http://localhost:80/' }]],
    ])
  })

  test('a host without a change stays in the load balancer', async () => {
    const { world, log } = await withHooks()
    const [, b] = world.hosts
    world.request = {
      ...world.request,
      hosts: [b!],
      resolveDesired: async () => ({ desired: world.desired, sites: world.sites.slice(1) }),
    }
    await world.deploy()
    const { resolveDesired: _, hosts: __, ...both } = world.request
    world.request = both
    log.splice(0)
    const plan = await world.deploy()
    expect(log).toEqual(['a leave', 'a join'])
    // Nothing is stopped there, and only one host switches.
    expect(planToText(plan)).toContain(
      'b: check-url http://localhost:80/ below 500 (before the release is recorded)',
    )
    expect(renderPlan(plan, createTerminalStyle({ env: {}, isTTY: false }))).not.toContain(
      'Traffic switches on',
    )
    expect(
      plan.steps.flatMap(({ kind, host, phase }) =>
        host === 'b' && phase?.name === 'traffic' ? [kind] : [],
      ),
    ).toEqual(['check-url'])
  })

  test('a host where nothing runs has nothing to leave, and leaves again if it joined and all is taken back', async () => {
    const { world, log } = await withHooks()
    const [a, b] = world.hosts
    a!.releases = []
    a!.files.clear()
    for (const { id } of a!.containers.all) a!.containers.remove(id)
    b!.containers.behaviours.set('backend:v2', 'exits')
    expect(await world.failure()).toMatchObject({ code: 'SERVICE_EXITED', exitCode: 1, notUndone: [] })
    // b is back before a leaves for good.
    expect(log).toEqual(['a join', 'b leave', 'b join', 'a leave'])
    expect([a!.running, b!.running]).toEqual(['', v1])
    b!.containers.behaviours.clear()
    log.splice(0)
    await world.deploy()
    expect(log).toEqual(['a join', 'b leave', 'b join'])
  })

  test('a host that does not leave takes back the others, and joins again', async () => {
    const { world, log } = await withHooks('b leave')
    const { undone = [], ...failure } = await world.failure()
    expect(failure).toMatchObject({
      code: 'HOST_HOOK_FAILED',
      exitCode: 1,
      message: 'The hook `leave` (`lb leave`) for b exited with code 1.',
      details: { logTail: ['leave it is'] },
      notUndone: [],
    })
    expect(log).toEqual(['a leave', 'a join', 'b leave', 'b join', 'a leave', 'a join'])
    expect(undone.at(-1)).toBe('a, b joined the load balancer again')
    expect(turnOf(world, world.hosts[0]!).slice(4)).toEqual(['leave', 'turn', 'stop', 'join'])
    for (const host of world.hosts) expect(host.running).toBe(v1)
  })

  test('a host that cannot join again is named, and joins in the next deploy, even if that has nothing to change', async () => {
    const { world, log } = await withHooks('b join')
    expect(await world.failure()).toMatchObject({
      code: 'HOST_OUT',
      exitCode: 4,
      message:
        'The hook `join` (`lb join`) for b exited with code 1. It failed in the undo, too. b may be out of the load balancer.',
      hint: 'Correct what made the hook `join` fail, then run it again: `dray deploy test`',
      serving: 'Release r1 is serving, as before.',
      details: { logOf: 'hook join for b', logTail: ['join it is'] },
      notUndone: [
        'b is still out of the load balancer: its hook `join` has not succeeded since it left; `dray deploy test` runs it again',
      ],
    })
    for (const host of world.hosts) expect(host.running).toBe(v1)
    // a stays in while b is out.
    expect(log).toEqual(['a leave', 'a join', 'b leave', 'b join', 'b join'])
    const { runHostHook, ...request } = world.request
    world.request = {
      ...request,
      runHostHook: async ({ moment }, { host }) => {
        log.push(`${host} ${moment}`)
        return { exitCode: 0 }
      },
    }
    expect(runHostHook).toBeDefined()
    log.splice(0)
    world.app = shop
    const plan = await world.deploy()
    expect([plan.unchanged, log]).toEqual([false, ['b join']])
    expect(plan.steps.filter(({ kind }) => kind === 'run-host-hook')).toMatchObject([
      { host: 'b', cause: 'it is out of the load balancer' },
    ])
    expect(renderPlan(plan, createTerminalStyle({ env: {}, isTTY: false }))).not.toContain(
      'Traffic switches on',
    )
    expect((await world.deploy()).unchanged).toBe(true)
  })

  /** From now on, hooks end with 0, except the one that `fails`. */
  function answerHooks(world: FakeWorld, log: string[], fails?: string): void {
    const { runHostHook: _, ...request } = world.request
    world.request = {
      ...request,
      runHostHook: async ({ moment }, { host }) => {
        const hook = `${host} ${moment}`
        log.push(hook)
        return { exitCode: hook === fails ? 1 : 0 }
      },
    }
  }

  test('a host that is out has its turn before another one leaves', async () => {
    const { world, log } = await withHooks('b join')
    await world.failure()
    answerHooks(world, log)
    log.splice(0)
    await world.deploy()
    expect(log).toEqual(['b leave', 'b join', 'a leave', 'a join'])
  })

  test('a host that was out before is named when the next deploy fails before its turn, and stays out', async () => {
    const { world, log } = await withHooks('b join')
    await world.failure()
    log.splice(0)
    const [a] = world.hosts
    a!.failWhen('place ')
    const failure = await world.failure()
    expect(failure.notUndone).toEqual([
      'b is still out of the load balancer: its hook `join` has not succeeded since it left; `dray deploy test` runs it again',
    ])
    expect(log).toEqual([])
  })

  test('a host that was out before and joins in its turn is not named, whatever fails then', async () => {
    const { world, log } = await withHooks('b join')
    await world.failure()
    answerHooks(world, log, 'a leave')
    log.splice(0)
    expect(await world.failure()).toMatchObject({ code: 'HOST_HOOK_FAILED', notUndone: [] })
    expect(log).toEqual(['b leave', 'b join', 'a leave', 'a join', 'b leave', 'b join'])
  })

  test('a host that was out and only has to join is named if it cannot', async () => {
    const { world } = await withHooks('b join')
    await world.failure()
    world.app = shop
    expect(await world.failure()).toMatchObject({
      code: 'HOST_OUT',
      serving: 'Release r1 is serving, as before.',
      undone: [],
      notUndone: [expect.stringContaining('b is still out of the load balancer')],
    })
  })

  test('a host where nothing runs that was out before is named, whether the deploy fails before its turn, in it or after it', async () => {
    const { world, log } = await withHooks()
    const [a, b] = world.hosts
    a!.releases = []
    a!.files.clear()
    for (const { id } of a!.containers.all) a!.containers.remove(id)
    b!.containers.behaviours.set('backend:v2', 'exits')
    // Not yet: it had never joined.
    expect((await world.failure()).notUndone).toEqual([])
    const isOut =
      'a is still out of the load balancer: its hook `join` has not succeeded since it left; `dray deploy test` runs it again'
    log.splice(0)
    expect(await world.failure()).toMatchObject({ code: 'SERVICE_EXITED', exitCode: 1, notUndone: [isOut] })
    expect(log).toEqual(['a join', 'b leave', 'b join', 'a leave'])
    answerHooks(world, log, 'a join')
    log.splice(0)
    expect(await world.failure()).toMatchObject({ code: 'HOST_HOOK_FAILED', exitCode: 1, notUndone: [isOut] })
    // A hook that failed halfway may have brought it in.
    expect(log).toEqual(['a join', 'a leave'])
    b!.failWhen('place ')
    log.splice(0)
    expect((await world.failure()).notUndone).toEqual([isOut])
    expect(log).toEqual([])
  })

  test('a host where nothing runs that was out before and does not leave again may be in', async () => {
    const { world, log } = await withHooks()
    const [a, b] = world.hosts
    a!.releases = []
    a!.files.clear()
    for (const { id } of a!.containers.all) a!.containers.remove(id)
    b!.containers.behaviours.set('backend:v2', 'exits')
    await world.failure()
    answerHooks(world, log, 'a leave')
    expect((await world.failure()).notUndone).toEqual([
      'a may still be in the load balancer, and nothing serves there',
    ])
  })

  test('a host that is lost while it is out of the load balancer keeps the others in', async () => {
    const { world, log } = await withHooks()
    const [a, b] = world.hosts
    const { runHostHook, ...request } = world.request
    world.request = {
      ...request,
      runHostHook: async (hook, options) => {
        const end = await runHostHook!(hook, options)
        if (options.host === 'b') b!.loseLock()
        return end
      },
    }
    expect(await world.failure()).toMatchObject({
      code: 'HOST_LOST',
      serving: 'On the other hosts: Release r1 is serving, as before. The state of b is unknown.',
    })
    expect(log).toEqual(['a leave', 'a join', 'b leave'])
    expect(turnOf(world, a!).slice(4)).toEqual(['turn', 'stop'])
    expect(a!.running).toBe(v1)
  })

  test('a new host that has joined leaves when the others are back in the load balancer', async () => {
    const { world, log } = await withHooks()
    const [a, b] = world.hosts
    a!.releases = []
    a!.files.clear()
    for (const { id } of a!.containers.all) a!.containers.remove(id)
    b!.failWhen('stop backend-1')
    const { undone = [], ...failure } = await world.failure()
    expect(failure).toMatchObject({ exitCode: 1, notUndone: [] })
    expect(undone.slice(-2)).toEqual(['b joined the load balancer again', 'a left the load balancer again'])
    expect(log).toEqual(['a join', 'b leave', 'b join', 'b leave', 'b join', 'a leave'])
    expect([a!.running, b!.running]).toEqual(['', v1])
  })

  test('the output of a hook that fails in the undo is shown after that of the failure', async () => {
    const { world } = await withHooks('b join')
    const [, b] = world.hosts
    b!.failWhen('up beside')
    expect(await world.failure()).toMatchObject({
      code: 'HOST_OUT',
      exitCode: 4,
      message:
        'b: No up beside today. In the undo, the hook `join` (`lb join`) for b exited with code 1. b may be out of the load balancer.',
      serving: 'Release r1 is serving, as before.',
      details: {
        logOf: 'the hooks',
        logTail: ['In the undo: The hook `join` (`lb join`) for b exited with code 1.', 'join it is'],
      },
    })
  })

  test('a host that is not well while it is watched takes back all', async () => {
    const { world } = await withHooks()
    const [, b] = world.hosts
    let turned = 0
    b!.when('turn', () => void (turned += 1))
    b!.answer = () => ({ status: turned === 1 ? 503 : 200 })
    world.desired = { ...world.desired, probeUrl: 'http://localhost:80/health' }
    world.hosts[0]!.answer = () => ({ status: 200 })
    expect(await world.failure()).toMatchObject({ code: 'URL_CHECK_FAILED', exitCode: 1 })
    for (const host of world.hosts) expect(host.running).toBe(v1)
  })
})
