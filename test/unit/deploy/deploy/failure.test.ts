import { describe, expect, test } from 'vitest'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import { fakeApp, fakeProxy, fakeService, withService, withTag } from '../../../support/fake-app.ts'
import { FakeWorld } from '../../../support/fake-deploy.ts'
import type { Container } from '../../../../src/deploy/model/container.ts'
import type { Behaviour } from '../../../support/fake-containers.ts'
import { journalLines, shop, shopAtV1 } from '../../../support/shop-world.ts'

const served = 'backend:v1#backend-1, nginx:alpine#nginx-1'

const undoings: Record<string, { begins: string; undone: string[]; code?: string }> = {
  'a pull': { begins: 'pull backend:v2', undone: ['files restored'] },
  'placing files': { begins: 'place', undone: ['files restored'] },
  'starting beside': { begins: 'up beside', undone: ['files restored'] },
  'the health check': {
    begins: 'check backend-2',
    undone: ['files restored', 'shop-backend-2 removed'],
    code: 'SERVICE_UNHEALTHY',
  },
  'the record': {
    begins: 'record',
    undone: ['files restored', 'old containers restarted', 'traffic switched back', 'shop-backend-2 removed'],
  },
  'the stop of an old container': {
    begins: 'stop backend-1',
    undone: ['files restored', 'old containers restarted', 'traffic switched back', 'shop-backend-2 removed'],
  },
}

describe('a failed step is undone, and the old release keeps serving:', () => {
  test.each(Object.entries(undoings))('%s', async (_step, { begins, undone, code = 'DOCKER_FAILED' }) => {
    const world = await shopAtV1()
    const filesBefore = new Map(world.host.files)
    world.host.failWhen(begins)
    expect(await world.failure()).toMatchObject({
      undone,
      notUndone: [],
      serving: 'Release r1 is serving, as before.',
    })
    expect(world.host.running).toBe(served)
    expect(new Map(world.host.files)).toEqual(filesBefore)
    expect(world.host.releases.map(({ id }) => id)).toEqual(['r1'])
    expect(journalLines(world).slice(-3)).toEqual([
      `undo.started ${code}`,
      'undo.finished',
      'deploy.finished failed',
    ])
  })
})

test('files come back before containers and traffic, new containers go last', async () => {
  const world = await shopAtV1()
  world.host.failWhen('record')
  await world.failure()
  const log = world.takeLog()
  expect(log.slice(log.indexOf('record r2') + 1)).toEqual([
    'restore',
    'start backend-1',
    'turn nginx to backend-1',
    'stop backend-2',
    'remove backend-2',
  ])
})

test.each<[Behaviour, string]>([
  ['exits', 'SERVICE_EXITED'],
  ['restarts', 'SERVICE_EXITED'],
  ['never-healthy', 'SERVICE_UNHEALTHY'],
  ['broken-check', 'HEALTHCHECK_BROKEN'],
])('a release that %s takes no traffic, and its log is reported', async (behaviour, code) => {
  const world = await shopAtV1()
  world.host.containers.behaviours.set('backend:v2', behaviour)
  expect(await world.failure()).toMatchObject({
    code,
    exitCode: 1,
    details: { logOf: 'shop-backend-2', logTail: ['last words of backend-2'] },
  })
  expect(world.takeLog().filter((line) => line.startsWith('turn'))).toEqual([])
  expect(world.host.running).toBe(served)
})

test.each<[string, Partial<Container>, string[]]>([
  [
    'may finish its work, also if it restarted once and Docker has not checked it yet',
    { restartCount: 1, health: 'starting' },
    ['stop backend-2'],
  ],
  ['is not stopped first while Docker is about to start it again', { state: 'restarting' }, []],
])('a new container that is undone %s', async (_what, state, stops) => {
  const world = await shopAtV1()
  world.host.when('check backend-2', () => {
    world.host.containers.change('backend-2', state)
    throw new DrayError('DOCKER_FAILED', 'No check today.')
  })
  await world.failure()
  const log = world.takeLog()
  expect(log.filter((line) => /^(stop|remove) /.test(line))).toEqual([...stops, 'remove backend-2'])
})

test('a refused configuration of the proxy is put back, and the proxy never turned', async () => {
  const world = await shopAtV1()
  world.host.when('turn nginx to backend-2', () => void (world.host.proxyExitCode = 3))
  world.host.when('restore', () => void (world.host.proxyExitCode = 0))
  expect(await world.failure()).toMatchObject({
    code: 'PROXY_CONFIG_INVALID',
    details: { logTail: ['nginx: [emerg] no'] },
    undone: ['files restored', 'shop-backend-2 removed'],
  })
  expect(world.host.running).toBe(served)
})

test('an app that does not answer through the proxy fails the URL check', async () => {
  const world = await shopAtV1()
  world.host.when('turn nginx to backend-2', () => void (world.host.answer = () => ({ status: 503 })))
  world.host.when('turn nginx to backend-1', () => void (world.host.answer = () => ({ status: 200 })))
  expect(await world.failure()).toMatchObject({
    code: 'URL_CHECK_FAILED',
    message: 'http://localhost:80/ answers 503 with the new release.',
    serving: 'Release r1 is serving, as before.',
  })
  expect(world.host.running).toBe(served)
})

describe('after an undo, what is serving is said only of URLs that answer:', () => {
  test('one that answered before the deploy and is silent now is a failed undo', async () => {
    const world = await shopAtV1()
    world.host.when('turn nginx to backend-2', () => void (world.host.answer = () => ({ status: 503 })))
    expect(await world.failure()).toMatchObject({
      code: 'UNDO_FAILED',
      exitCode: 4,
      message:
        'http://localhost:80/ answers 503 with the new release. It was undone, but http://localhost:80/ answers 503.',
      serving: 'Release r1 is running again, but http://localhost:80/ answers 503.',
    })
  })

  test('one that answered nothing before the deploy either is as before', async () => {
    const world = await shopAtV1()
    world.desired = { ...world.desired, probeUrl: 'https://shop.example.com/' }
    world.host.answer = () => ({ error: 'refused' })
    expect(await world.failure()).toMatchObject({
      code: 'URL_CHECK_FAILED',
      exitCode: 1,
      serving: 'Release r1 is running, as before; https://shop.example.com/ does not answer (refused).',
    })
  })

  test('a container that does not run again is named', async () => {
    const world = await shopAtV1()
    world.host.when('up beside', () => {
      world.host.containers.change('backend-1', { state: 'exited' })
      throw new Error('No.')
    })
    expect(await world.failure()).toMatchObject({
      code: 'UNDO_FAILED',
      serving: 'Release r1 is not serving as before: no container of backend is running.',
    })
  })

  test('nothing is undone if the lock was lost, which only its next answer shows', async () => {
    const world = await shopAtV1()
    world.host.when('up beside', () => {
      throw new Error('No such container')
    })
    world.host.when('settled', () => world.host.loseLock())
    expect(await world.failure()).toMatchObject({ code: 'LOCK_LOST', undone: [], exitCode: 4 })
    expect(world.host.running).toContain('backend:v1')
  })

  test('what cannot be read after the undo is a failed undo, with what was undone', async () => {
    const world = await shopAtV1()
    world.host.failWhen('record')
    world.host.when('remove backend-2', () => refuseReading(world))
    expect(await world.failure()).toMatchObject({
      code: 'UNDO_FAILED',
      exitCode: 4,
      message:
        'No record today. It was undone, but the running containers could not be read: Cannot read today.',
      undone: expect.arrayContaining(['files restored', 'shop-backend-2 removed']) as string[],
      serving: 'The current state is unknown: Cannot read today.',
    })
    expect(journalLines(world).slice(-2)).toEqual(['undo.finished', 'deploy.finished failed'])
  })

  test('a server that is lost while it is undone is named as lost, with what was undone', async () => {
    const world = await shopAtV1()
    world.host.when('up beside', () => {
      throw new Error('No.')
    })
    world.host.when('restore', () => {
      refuseReading(world)
      world.host.loseLock()
    })
    expect(await world.failure()).toMatchObject({
      code: 'LOCK_LOST',
      exitCode: 4,
      undone: ['files restored'],
      notUndone: ['what was left to undo on srv when it was lost'],
      serving: 'Release r1 was running before the deploy. The current state could not be checked.',
    })
  })

  test('after the connection broke it is not known', async () => {
    const world = await shopAtV1()
    world.host.when('up beside', () => world.host.loseLock())
    expect(await world.failure()).toMatchObject({
      code: 'LOCK_LOST',
      serving:
        'Release r1 was running before the deploy, and traffic was not switched. The current state could not be checked.',
    })
  })
})

describe('a deploy does not end well', () => {
  test('if the app stops answering when the old containers are gone', async () => {
    const world = await shopAtV1()
    world.host.when('remove backend-1', () => void (world.host.answer = () => ({ status: 502 })))
    expect(await world.failure()).toMatchObject({
      code: 'URL_CHECK_FAILED',
      exitCode: 4,
      message: 'http://localhost:80/ answers 502, at the end of the deploy.',
      serving: 'Release r2 is current, but http://localhost:80/ answers 502.',
      notUndone: [],
    })
  })

  test.each([undefined, 'https://shop.example.com/'])(
    'if nothing differs and %s is down',
    async (probeUrl) => {
      const world = await shopAtV1()
      await world.deploy()
      world.desired = { ...world.desired, probeUrl }
      expect((await world.deploy()).unchanged).toBe(true)
      world.host.answer = () => ({ status: 502 })
      expect(await world.failure()).toMatchObject({
        code: 'URL_CHECK_FAILED',
        exitCode: 4,
        message: `${probeUrl ?? 'http://localhost:80/'} answers 502, although what runs is the release that was to be deployed.`,
      })
      world.desired = { ...world.desired, probeUrl: false }
      expect((await world.deploy()).unchanged).toBe(true)
    },
  )
})

test('a task that failed stops the deploy with nothing started, and is said to have run', async () => {
  const world = await shopAtV1()
  world.desired = {
    ...world.desired,
    tasks: [{ name: 'migrate', serviceCandidates: ['backend'], argv: ['migrate'], when: 'before' }],
  }
  world.host.taskExitCode = 7
  expect(await world.failure()).toMatchObject({
    code: 'TASK_FAILED',
    message: 'Task migrate (`migrate` in backend) exited with code 7.',
    details: { logTail: ['doing it'] },
    notUndone: ['task migrate has run'],
  })
  expect(world.takeLog().filter((line) => line.startsWith('up'))).toEqual([])
})

test('a task whose container did not start has not run, also for a later rollback', async () => {
  const world = await shopAtV1()
  const migrate = {
    name: 'migrate',
    serviceCandidates: ['backend'],
    argv: ['migrate'],
    when: 'before',
  } as const
  world.desired = { ...world.desired, tasks: [migrate] }
  Object.assign(world.host, { taskExitCode: 1, taskStarts: false })
  expect(await world.failure()).toMatchObject({ code: 'TASK_FAILED', notUndone: [] })
  world.desired = { ...world.desired, tasks: [] }
  await world.deploy()
  expect((await world.planRollback('r1')).notUndone?.join()).not.toContain('migrate')
})

test('a task without a timeout is reported after 5, 10 and 20 minutes', async () => {
  const world = await shopAtV1()
  const migrate = {
    name: 'migrate',
    serviceCandidates: ['backend'],
    argv: ['migrate'],
    when: 'before',
  } as const
  const notes = async (timeoutMs?: number): Promise<string[]> => {
    world.desired = { ...world.desired, tasks: [{ ...migrate, timeoutMs }] }
    world.events.length = 0
    await world.deploy()
    return world.events.flatMap((event) =>
      event.type === 'note' && event.text.includes('migrate') ? [event.text] : [],
    )
  }
  world.host.when('task backend migrate', () => world.clock.sleep(21 * 60_000))
  const told = (minutes: number) =>
    `Task migrate has been running for ${minutes} min without a \`timeout\`. The deploy is waiting for it.`
  expect(await notes()).toEqual([5, 10, 20].map(told))
  world.app = withTag(shop, 'v3')
  world.desired = { ...world.desired, tag: 'v3' }
  expect(await notes(30 * 60_000)).toEqual([])
})

test('an old container is not stopped if its new one ended while others were stopped', async () => {
  const services = Array.from({ length: 12 }, (_, index) => fakeService(`service-${index}`))
  const world = await shopAtV1(undefined, fakeApp([...services, fakeProxy()]))
  world.host.when('stop service-0-1', () => world.host.containers.change('service-11-2', { state: 'exited' }))
  expect(await world.failure()).toMatchObject({ code: 'SERVICE_EXITED' })
  const log = world.takeLog()
  expect(log).toContain('stop service-0-1')
  expect(log).not.toContain('stop service-11-1')
})

test('the undo recreates a service whose old container a user has removed meanwhile', async () => {
  const world = await shopAtV1()
  world.host.containers.behaviours.set('backend:v2', 'never-healthy')
  // As `docker compose up -d` by hand does with the new files.
  world.host.when('up beside backend', () => world.host.containers.remove('backend-1'))
  expect(await world.failure()).toMatchObject({
    code: 'SERVICE_UNHEALTHY',
    undone: expect.arrayContaining(['files restored', 'backend recreated as before']),
    serving: 'Release r1 is serving, as before.',
  })
  expect(world.host.running).toMatch(/backend:v1#backend-\d/)
  expect(world.events.flatMap((it) => (it.type === 'note' ? it.text : []))).toContain(
    'All old containers of backend on srv were removed during the deploy, and not by dray.',
  )
})

test('the undo stops eight new containers at a time', async () => {
  const services = Array.from({ length: 12 }, (_, index) => fakeService(`service-${index}`))
  const world = await shopAtV1(undefined, fakeApp([...services, fakeProxy()]))
  let [underWay, most] = [0, 0]
  world.host.when('stop service-', async () => {
    most = Math.max(most, ++underWay)
    await world.clock.sleep(500)
    underWay -= 1
  })
  world.host.when('record', () => {
    most = 0
    throw new DrayError('DISK_FULL', 'The disk is full.')
  })
  await world.failure()
  expect(most).toBe(8)
  expect(world.takeLog().filter((line) => /^remove service-\d+-2$/.test(line))).toHaveLength(12)
})

test('a service replaced in its place is put back with its image, and the proxy looks up its address again', async () => {
  const world = await shopAtV1(undefined, withService(shop, 'backend', { fixedAddress: true }))
  world.host.containers.behaviours.set('backend:v2', 'never-healthy')
  expect((await world.failure()).undone).toEqual([
    'files restored',
    'backend recreated as before',
    'traffic switched back',
  ])
  expect(world.takeLog().slice(-2)).toEqual(['up recreate backend=1', 'turn nginx to nothing new'])
  expect(world.host.running).toMatch(/backend:v1#/)
})

test('on a first release nothing serves, before and after', async () => {
  const world = new FakeWorld(shop)
  world.host.containers.behaviours.set('backend:v1', 'exits')
  expect(await world.failure()).toMatchObject({
    code: 'SERVICE_EXITED',
    serving: 'Nothing is serving, as before.',
  })
  expect(world.host.containers.all).toEqual([])
})

test('a failure on the second host takes the first one back, too', async () => {
  const world = await shopAtV1(['a', 'b'])
  world.hosts[1]!.containers.behaviours.set('backend:v2', 'exits')
  await world.failure()
  for (const host of world.hosts) expect(host.running).toContain('backend:v1#backend-1')
  for (const host of world.hosts) expect(host.running).not.toContain('backend:v2')
})

test('a release that fails is never the current one: the next deploy starts again from the beginning', async () => {
  const world = await shopAtV1()
  world.host.containers.behaviours.set('backend:v2', 'exits')
  await world.failure()
  world.app = withTag(shop, 'v3')
  expect(await world.deploy()).toMatchObject({ release: 'r3' })
  expect(world.host.running).toContain('backend:v3')
})

describe('after the record nothing is undone:', () => {
  test('an old container that cannot be removed leaves the new release serving, and says so', async () => {
    const world = await shopAtV1()
    world.host.failWhen('remove backend-1')
    const failure = await world.failure()
    expect(failure).toMatchObject({ code: 'DOCKER_FAILED', exitCode: 4, undone: [] })
    expect(failure.serving).toBe('Release r2 is current and serving.')
    expect(world.host.running).toContain('backend:v2#backend-2')
    expect(world.host.releases.at(-1)?.id).toBe('r2')
  })

  test('not either when one host has its record and the next cannot be written to', async () => {
    const world = await shopAtV1(['a', 'b'])
    world.hosts[1]!.failWhen('record')
    expect(await world.failure()).toMatchObject({
      exitCode: 4,
      message: 'b: No record today.',
      undone: [],
      serving: 'Release r2 is current and serving. It is not recorded on b.',
    })
    for (const host of world.hosts) expect(host.running).toBe('nginx:alpine#nginx-1, backend:v2#backend-2')
    expect(world.hosts.map((host) => host.containers.all.map(({ id }) => id))).toEqual([
      ['nginx-1', 'backend-2'],
      ['backend-1', 'nginx-1', 'backend-2'],
    ])
  })

  test('the next deploy of the same release finishes it', async () => {
    const world = await shopAtV1()
    let isStubborn = true
    world.host.when('remove backend-1', () => {
      if (isStubborn) throw new Error('No.')
    })
    await world.failure()
    isStubborn = false
    await world.deploy()
    expect(world.host.running).toBe('nginx:alpine#nginx-1, backend:v2#backend-2')
  })
})

describe('an app that does not answer once the old containers are stopped', () => {
  test('gets them back, and the deploy fails', async () => {
    const world = await shopAtV1()
    world.host.when('stop backend-1', () => void (world.host.answer = () => ({ status: 502 })))
    world.host.when('turn nginx to backend-1', () => void (world.host.answer = () => ({ status: 200 })))
    expect(await world.failure()).toMatchObject({
      code: 'URL_CHECK_FAILED',
      exitCode: 1,
      undone: [
        'files restored',
        'old containers restarted',
        'traffic switched back',
        'shop-backend-2 removed',
      ],
      serving: 'Release r1 is serving, as before.',
    })
    expect(world.host.running).toBe(served)
    expect(world.host.releases.map(({ id }) => id)).toEqual(['r1'])
  })
})

test('an app without a proxy is asked at its published port, and recreated as it was when that is silent', async () => {
  const world = await shopAtV1(undefined, fakeApp([fakeService('web', { publishedPorts: ['8080'] })]))
  world.host.when('up force-recreate web', () => void (world.host.answer = () => ({ error: 'refused' })))
  world.host.when('up recreate web', () => void (world.host.answer = () => ({ status: 200 })))
  expect(await world.failure()).toMatchObject({
    code: 'URL_CHECK_FAILED',
    exitCode: 1,
    message: 'http://localhost:8080/ does not answer (refused) with the new release.',
    undone: ['files restored', 'web recreated as before'],
  })
  expect(world.host.releases.map(({ id }) => id)).toEqual(['r1'])
})

test('an undo that fails says both failures, and stops nothing that serves', async () => {
  const world = await shopAtV1()
  world.host.containers.behaviours.set('backend:v2', 'exits')
  world.host.failWhen('restore')
  const failure = await world.failure()
  expect(failure).toMatchObject({ code: 'UNDO_FAILED', exitCode: 4 })
  expect(failure.message).toContain('backend exited with code 1')
  expect(failure.message).toContain('No restore today.')
  expect(failure.details.logTail).toEqual(['last words of backend-2'])
  expect(world.host.running).toContain('backend:v1#backend-1')
})

test('where one host cannot be undone, the others are', async () => {
  const world = await shopAtV1(['a', 'b'])
  world.hosts[0]!.failWhen('restore')
  world.hosts[1]!.containers.behaviours.set('backend:v2', 'exits')
  expect(await world.failure()).toMatchObject({ code: 'UNDO_FAILED' })
  expect(world.takeLog(world.hosts[1])).toContain('restore')
})

test('a journal that cannot be written does not hide what failed', async () => {
  const world = await shopAtV1()
  world.host.failWhen('settled', new Error('The journal cannot be written.'))
  world.host.failWhen('pull')
  expect(await world.failure()).toMatchObject({ code: 'DOCKER_FAILED', message: 'No pull today.' })
})

test('a journal that cannot be written makes no failure of a deploy that did its work', async () => {
  const world = await shopAtV1()
  world.host.failWhen('settled', new Error('The journal cannot be written.'))
  await world.deploy()
  expect(world.events).toContainEqual(
    expect.objectContaining({ type: 'note', level: 'warning', text: 'The journal cannot be written.' }),
  )
})

test('two hosts that cannot both be locked are both left alone', async () => {
  const world = await shopAtV1(['a', 'b'])
  world.hosts[1]!.holder = { user: 'bob', machine: 'his', sinceMs: 0 }
  expect(await world.failure()).toMatchObject({ code: 'LOCK_HELD', exitCode: 3 })
  expect(world.hosts.map((host) => world.takeLog(host))).toEqual([[], []])
  expect(world.hosts[0]!.holder).toBeUndefined()
})

test('the lock is given back in every outcome', async () => {
  const world = await shopAtV1()
  world.host.failWhen('pull')
  await world.failure()
  expect(world.host.holder).toBeUndefined()
})

test('with a proxy that was recreated the undo turns the one that runs', async () => {
  const world = new FakeWorld(fakeApp([fakeService('backend'), fakeProxy()]))
  await world.deploy()
  world.app = withTag(world.app, 'v2')
  world.movedTags.set('nginx:alpine', 'alpine-2')
  world.host.failWhen('record')
  world.takeLog()
  expect((await world.failure()).undone).toEqual([
    'files restored',
    'nginx recreated as before',
    'old containers restarted',
    'traffic switched back',
    'shop-backend-2 removed',
  ])
  expect(world.host.running).toContain('nginx:alpine#')
})

function refuseReading({ host }: FakeWorld): void {
  host.engine.containers = () => Promise.reject(new DrayError('DOCKER_UNREACHABLE', 'Cannot read today.'))
}
