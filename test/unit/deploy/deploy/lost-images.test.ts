import { expect, test } from 'vitest'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import type { FakeWorld } from '../../../support/fake-deploy.ts'
import { pinned } from '../../../support/fake-host.ts'
import { shopAtV1 } from '../../../support/shop-world.ts'

/** What `docker image prune -a` leaves: the images of containers. */
function prune({ host }: FakeWorld): void {
  const used = new Set(host.containers.all.map((it) => it.imageName))
  host.images = host.images.filter((it) => it.digests.some((name) => used.has(name)))
}

const gone = new DrayError('IMAGE_GONE', 'The image is not there any more.')
const unexplained = new DrayError('DOCKER_FAILED', '`docker compose up` on srv failed: of something.')

test.each([gone, unexplained])(
  'an image that a prune took after the pull is pulled again: $code',
  async (failure) => {
    const world = await shopAtV1()
    const first = once()
    world.host.when('up', () => {
      if (!first()) return
      prune(world)
      throw failure
    })
    expect(await world.deploy()).toMatchObject({ unchanged: false })
    const log = world.takeLog()
    expect(log.filter((line) => /^(pull|tag|up)/.test(line))).toMatchInlineSnapshot(`
    [
      "pull backend:v2",
      "tag backend:v2",
      "up beside backend=2",
      "pull backend:v2",
      "tag backend:v2",
      "up beside backend=2",
    ]
  `)
    const image = world.host.images.find((it) => it.digests.includes(pinned('backend', 'v2')))
    expect(image?.tags).toHaveLength(1)
  },
)

test('a failure with all images present is not retried', async () => {
  const world = await shopAtV1()
  world.host.when('up', () => {
    throw unexplained
  })
  expect(await world.failure()).toMatchObject({ code: 'DOCKER_FAILED' })
  expect(world.takeLog().filter((line) => line.startsWith('up'))).toEqual(['up beside backend=2'])
})

test('an image that goes whenever it comes fails the deploy, which is undone', async () => {
  const world = await shopAtV1()
  world.host.when('up', () => {
    prune(world)
    throw gone
  })
  expect(await world.failure()).toMatchObject({
    code: 'IMAGE_GONE',
    exitCode: 1,
    serving: 'Release r1 is serving, as before.',
  })
  expect(world.host.running).toBe('backend:v1#backend-1, nginx:alpine#nginx-1')
})

test('a task whose image a prune took before it could run is run with the image that is pulled again', async () => {
  const world = await shopAtV1()
  world.desired = { ...world.desired, tasks: [migrate] }
  const first = once()
  world.host.when('task', () => {
    const isFirst = first()
    if (isFirst) prune(world)
    world.host.taskExitCode = isFirst ? 1 : 0
  })
  await world.deploy()
  expect(world.takeLog().filter((line) => /^(pull|task)/.test(line))).toMatchInlineSnapshot(`
    [
      "pull backend:v2",
      "task backend npm run migrate",
      "pull backend:v2",
      "task backend npm run migrate",
    ]
  `)
})

test('a task that fails with its image there is not run again', async () => {
  const world = await shopAtV1()
  world.desired = { ...world.desired, tasks: [migrate] }
  world.host.taskExitCode = 1
  expect(await world.failure()).toMatchObject({ code: 'TASK_FAILED' })
  expect(world.takeLog().filter((line) => line.startsWith('task'))).toHaveLength(1)
})

const migrate = {
  name: 'migrate',
  serviceCandidates: ['backend'],
  argv: ['npm', 'run', 'migrate'],
  when: 'before',
} as const

/** True the first time. */
function once(): () => boolean {
  let count = 0
  return () => ++count === 1
}
