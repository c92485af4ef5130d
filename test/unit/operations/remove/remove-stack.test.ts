import { describe, expect, test } from 'vitest'
import type { ClusterThing, StackService, StackTask } from '../../../../src/deploy/model/cluster.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import {
  planStackRemovalOn,
  removeStack,
  type StackRemovalHost,
} from '../../../../src/operations/remove/remove-stack.ts'
import type { RemovalPlan } from '../../../../src/operations/remove/removal-plan.ts'
import { findUnrecorded } from '../../../../src/operations/remove/unrecorded-deploy.ts'
import { renderRemoval } from '../../../../src/ui/render/results/render-removal.ts'
import { createTerminalStyle } from '../../../../src/ui/terminal/terminal-style.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { fakeInventory, fakeVolume } from '../../../support/fake-disk.ts'
import { FakeHost } from '../../../support/fake-host.ts'
import { fakeNode, fakeStackService, fakeStackTask } from '../../../support/fake-stack.ts'
import { fakeRelease } from '../../../support/fake-status-observation.ts'
import { fakeSurvey } from '../../../support/fake-survey.ts'

const release = fakeRelease({ project: 'shop', files: { 'a.yml': 'a'.repeat(64) } })
const thing = (id: string, ...stack: [string?]): ClusterThing => ({
  id,
  name: `name-${id}`,
  stack: stack.length === 0 ? 'shop' : stack[0],
})
const { signal } = new AbortController()

/** A swarm that obeys, unless `refuses` has the id; its tasks stop after two looks. */
class RemovableStack implements StackRemovalHost {
  readonly name = 'm1'
  readonly isSource = false
  readonly clock = new FakeClock()
  readonly log: string[] = []
  readonly refuses = new Set<string>()
  files = new Set(['a.yml', '.env', '.dray'])
  services: StackService[] = [
    fakeStackService({ id: 'web', service: 'web', uses: ['site'] }),
    fakeStackService({ id: 'db', service: 'db', volumes: ['shop_data'] }),
  ]
  jobs = [{ id: 'pull', name: 'shop_dray-pull-1' }]
  tasks: StackTask[] = [
    fakeStackTask({ id: 't1', serviceId: 'web', slot: 1 }),
    fakeStackTask({ id: 't2', serviceId: 'db', slot: 1, nodeId: 'n2' }),
  ]
  nodes = [fakeNode, { ...fakeNode, id: 'n2', name: 'w2' }]
  networks = [thing('net')]
  configs = [thing('site'), thing('foreign', 'other')]
  secrets = [thing('password'), thing('own', undefined)]
  /** Looks at which the removed tasks still run, and refusals of a network after that. */
  stopsAfter = 2
  networkRefusals = 1

  /** dray.yml lists no node, and the manager is one of its own. */
  swarm: StackRemovalHost['swarm'] = {
    manager: { archive: new FakeHost().archive, cluster: { serviceImages: async () => [] }, others: [] },
    nodes: [],
    failures: [],
    unread: ['w1', 'w2'],
  }

  readonly cluster: StackRemovalHost['cluster'] = {
    services: async () => this.services,
    pullJobs: async () => this.jobs,
    nodes: async () => this.nodes,
    networksOf: async () => this.networks,
    things: async (kind) => (kind === 'configs' ? this.configs : this.secrets),
    tasks: async () => {
      const removed = this.tasks.filter((it) => this.services.every(({ id }) => id !== it.serviceId))
      if (removed.length > 0) this.log.push('look')
      if (removed.length > 0 && this.stopsAfter-- <= 0)
        this.tasks = this.tasks.filter((it) => !removed.includes(it) || it.nodeId === 'lost')
      return this.tasks
    },
    removeService: async (id) => {
      this.log.push(`service ${id}`)
      if (this.refuses.has(id)) return
      this.services = this.services.filter((it) => it.id !== id)
      this.jobs = this.jobs.filter((it) => it.id !== id)
    },
    removeThing: async (kind, id) => {
      this.log.push(`${kind} ${id}`)
      if (this.refuses.has(id) || (kind === 'networks' && this.networkRefusals-- > 0)) return false
      const others = (things: ClusterThing[]) => things.filter((it) => it.id !== id)
      this.networks = others(this.networks)
      this.configs = others(this.configs)
      this.secrets = others(this.secrets)
      return true
    },
  }

  readonly directory: StackRemovalHost['directory'] = {
    path: '/srv/shop',
    survey: async () => fakeSurvey(this.files),
    remove: async (files) => {
      this.log.push(`files ${files.join(' ')}`)
      for (const file of [...files, '.dray']) if (!this.refuses.has(file)) this.files.delete(file)
    },
  }
}

const wish = { volumes: false, env: false }
const plan = (stack: RemovableStack) => planStackRemovalOn(stack, { release, wish, signal })
const remove = async (stack: RemovableStack, stop = signal) => {
  const waited: number[] = []
  const removed = await removeStack(await plan(stack), {
    stop,
    onWait: (tasks) => waited.push(tasks),
    onNode: ({ host }) => stack.log.push(`node ${host}`),
  })
  return { ...removed, waited }
}

describe('the plan', () => {
  test('has what Docker made for the stack, and says where the rest is', async () => {
    const stack = new RemovableStack()
    const { plan: planned } = await plan(stack)
    expect(stack.log).toEqual([])
    expect(renderRemoval(planned, createTerminalStyle({ env: {}, isTTY: false }))).toBe(
      [
        'To be removed from m1:',
        '  service  shop_web',
        '  service  shop_db',
        '  service  shop_dray-pull-1',
        '  network  name-net',
        '  config   name-site',
        '  secret   name-password',
        '  file     /srv/shop/a.yml',
        '  records  /srv/shop/.dray',
        'Stays on m1:',
        '  image   of the releases  on nodes w1, w2, to which dray is not connected; `docker image prune -a` there removes unused ones, of any app',
        '  volume  shop_data        on node w2; `docker volume rm shop_data` there removes it with its data',
        '  file    /srv/shop/.env   removed only with --env',
      ].join('\n'),
    )
  })

  test('takes of a failed first deploy only what it started', async () => {
    const stack = new RemovableStack()
    stack.services.push(fakeStackService({ id: 'job', service: 'dray-task-migrate', mode: 'job' }))
    const failed = findUnrecorded([
      {
        version: 1,
        at: 0,
        release: 'r1',
        event: 'deploy.started',
        project: 'shop',
        images: { db: 'web@sha256:2' },
      },
    ])
    const { plan: planned } = await planStackRemovalOn(stack, { release: failed, wish, signal })
    const names = (kind: string) => planned.going.filter((it) => it.kind === kind).map(({ name }) => name)
    expect(names('service')).toEqual(['shop_db', 'shop_dray-task-migrate', 'shop_dray-pull-1'])
    expect([names('network'), names('config'), names('secret')]).toEqual([[], [], ['name-password']])
    expect(planned.staying).toContainEqual({
      kind: 'service',
      name: 'shop_web',
      reason: 'not started by dray',
    })
    const none = findUnrecorded([])
    const empty = await planStackRemovalOn(stack, { release: none, wish, signal })
    expect(empty.plan.going.map(({ kind }) => kind)).toEqual(['records'])
  })

  test('says that a node is down', async () => {
    const stack = new RemovableStack()
    stack.nodes[1] = { ...fakeNode, id: 'n2', name: 'w2', state: 'down' }
    expect((await plan(stack)).plan.staying[0]).toEqual({
      kind: 'container',
      name: 'db.1@w2',
      reason: 'node w2 is down; Swarm stops it when the node is back',
    })
  })
})

describe('the nodes that dray.yml lists', () => {
  /** The stack with w2 as a listed node that has a volume of it and, if `broken`, an Engine that fails. */
  function listed() {
    const stack = new RemovableStack()
    const w2 = new FakeHost('deploy@w2')
    w2.disk.content = fakeInventory({
      volumes: [fakeVolume('shop_data', { project: 'shop', isOfStack: true })],
    })
    const { engine } = w2
    stack.swarm = {
      ...stack.swarm,
      nodes: [{ name: w2.name, nodeName: 'w2', engine, measure: async () => [] }],
      unread: ['w1'],
    }
    return { stack, w2 }
  }
  const withVolumes = { volumes: true, env: false }
  const text = (planned: RemovalPlan) =>
    renderRemoval(planned, createTerminalStyle({ env: {}, isTTY: false }))

  test('have their own part of the plan, and what is left to type is for the others', async () => {
    const { stack } = listed()
    const { plan: planned } = await planStackRemovalOn(stack, { release, wish: withVolumes, signal })
    expect(text(planned)).toContain('To be removed from deploy@w2:\n  volume  shop_data  with its data')
    expect(text(planned)).toContain('on node w1, to which dray is not connected')
    expect(text(planned)).not.toContain('docker volume rm')
    expect(planned).toMatchObject({ nodes: [{ host: 'deploy@w2', staying: [] }], unreadNodes: ['w1'] })
    expect(text((await plan(stack)).plan)).toContain(
      'Stays on deploy@w2:\n  volume  shop_data  removed only with --volumes',
    )
  })

  test('are cleared when the tasks have stopped, before files and records', async () => {
    const { stack, w2 } = listed()
    const planned = await planStackRemovalOn(stack, { release, wish: withVolumes, signal })
    w2.when('remove-volume shop_data', () => void stack.log.push('volume'))
    const onNode = () => undefined
    await removeStack(planned, { stop: signal, onWait: () => undefined, onNode })
    expect(stack.log.slice(-4)).toEqual(['configs site', 'secrets password', 'volume', 'files a.yml'])
  })

  test('keep files and records for the next run if one fails', async () => {
    const { stack, w2 } = listed()
    w2.failWhen('remove-volume')
    const planned = await planStackRemovalOn(stack, { release, wish: withVolumes, signal })
    const removing = removeStack(planned, { stop: signal, onWait: () => undefined, onNode: () => undefined })
    await expect(removing).rejects.toMatchObject({
      code: 'REMOVAL_INCOMPLETE',
      exitCode: 4,
      hint: expect.stringContaining('take it out of `nodes`') as string,
      details: { problems: ['deploy@w2: No remove-volume today.'] },
    })
    expect([stack.services, [...stack.files]]).toEqual([[], ['a.yml', '.env', '.dray']])
    const { plan: again } = await planStackRemovalOn(stack, { release, wish: withVolumes, signal })
    expect(again.nodes?.[0]?.going.map(({ name }) => name)).toEqual(['shop_data'])
  })

  test('keep files and records also if one does not answer, which the plan says', async () => {
    const { stack } = listed()
    const failures = [new DrayError('HOST_UNREACHABLE', 'deploy@w1 does not answer.')]
    stack.swarm = { ...stack.swarm, failures }
    const { plan: planned } = await plan(stack)
    expect(planned.going.map(({ kind }) => kind)).not.toContain('records')
    expect(text(planned)).toMatch(/file +\/srv\/shop\/a.yml +until every node that dray.yml lists/)
    await expect(remove(stack)).rejects.toMatchObject({
      code: 'REMOVAL_INCOMPLETE',
      details: { problems: ['deploy@w1 does not answer.'] },
    })
    expect([stack.log.includes('node deploy@w2'), stack.services]).toEqual([true, []])
    expect([...stack.files]).toEqual(['a.yml', '.env', '.dray'])
    stack.swarm = { ...stack.swarm, failures: [] }
    await remove(stack)
    expect([...stack.files]).toEqual(['.env'])
  })
})

describe('the removal', () => {
  test('waits for the tasks, then removes the rest, and files and records last', async () => {
    const stack = new RemovableStack()
    expect(await remove(stack)).toEqual({ entries: ['.env'], unseen: [], waited: [2] })
    expect(stack.log).toEqual([
      'service web',
      'service db',
      'service pull',
      'look',
      'look',
      'look',
      'networks net',
      'networks net',
      'configs site',
      'secrets password',
      'files a.yml',
    ])
    expect([stack.configs, stack.secrets]).toEqual([[thing('foreign', 'other')], [thing('own', undefined)]])
  })

  test.each(['web', 'pull', 'net', 'site', 'password'])(
    'leaves files and records for the next run if %s is still there',
    async (id) => {
      const stack = new RemovableStack()
      stack.refuses.add(id)
      await expect(remove(stack)).rejects.toMatchObject({ code: 'REMOVAL_INCOMPLETE', exitCode: 4 })
      expect([...stack.files]).toEqual(['a.yml', '.env', '.dray'])
      stack.refuses.clear()
      await remove(stack)
      expect([...stack.files]).toEqual(['.env'])
    },
  )

  test('names the tasks that do not stop, and those on a node that is down', async () => {
    const stack = new RemovableStack()
    stack.stopsAfter = Infinity
    await expect(remove(stack)).rejects.toMatchObject({
      code: 'REMOVAL_INCOMPLETE',
      message: 'The app was only partly removed from m1: tasks have not stopped within 5 min.',
      details: { problems: ['web.1@w1', 'db.1@w2'] },
    })
    const lost = new RemovableStack()
    lost.nodes.push({ ...fakeNode, id: 'lost', name: 'w3', state: 'down' })
    lost.tasks.push(fakeStackTask({ id: 't3', serviceId: 'web', slot: 2, nodeId: 'lost' }))
    expect(await remove(lost)).toMatchObject({ unseen: ['web.2@w3'], waited: [2] })
  })

  test('that is cancelled says that the rest is still there', async () => {
    const stack = new RemovableStack()
    const cancelled = AbortSignal.abort(new DrayError('CANCELLED', 'Stopped by Ctrl-C.'))
    await expect(remove(stack, cancelled)).rejects.toMatchObject({
      code: 'REMOVAL_INCOMPLETE',
      exitCode: 130,
    })
    expect(stack.files.has('.dray')).toBe(true)
  })
})
