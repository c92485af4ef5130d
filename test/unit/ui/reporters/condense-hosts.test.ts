import { expect, test } from 'vitest'
import { renderPlan } from '../../../../src/ui/render/deploy/render-plan.ts'
import { createReporter } from '../../../../src/ui/reporters/create-reporter.ts'
import { createTerminalStyle } from '../../../../src/ui/terminal/terminal-style.ts'
import type { FakeWorld } from '../../../support/fake-deploy.ts'
import { shopAtV1 } from '../../../support/shop-world.ts'

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `h${index + 1}`)

/** A deploy to hosts `h1` to `hN` as a log has it, without its times. */
async function logOf(
  count: number,
  prepare: (world: FakeWorld) => void = () => undefined,
): Promise<string[]> {
  const world = await shopAtV1(names(count))
  world.desired = { ...world.desired, rolling: { percent: 25 } }
  prepare(world)
  const lines: string[] = []
  const stream = { write: (text: string) => lines.push(...text.trimEnd().split('\n')) > 0 }
  const reporter = createReporter({
    name: 'plain',
    stdout: stream,
    stderr: stream,
    env: {},
    clock: world.clock,
    redact: (text) => text,
  })
  await world.deploy().catch(() => undefined)
  for (const event of world.events) reporter.report(event)
  return lines.map((line) =>
    line.replace(/^ *[\d.]+ m?s {2}/, '').replace(/ in [\d.]+ m?s|after [\d.]+ m?s/, ''),
  )
}

test('a deploy to 50 hosts has a line for each host, and a few for all', async () => {
  const lines = await logOf(50)
  const switched = lines.filter((line) => line.includes('Switch traffic on'))
  expect(switched).toHaveLength(50)
  expect(switched[0]).toBe('2/55 Switch traffic on h1 done')
  expect(lines.filter((line) => !switched.includes(line) && !line.includes('no health check'))).toEqual([
    'Plan for release r2: 600 steps, up to 50.0 MB to download',
    '1/55 Prepare on 50 hosts',
    '1/55 done',
    '52/55 Stop the old containers on 50 hosts',
    '52/55 done',
    '53/55 Check the new containers on 50 hosts',
    '53/55 done',
    '54/55 Record the release on 50 hosts',
    '54/55 done',
    '55/55 Remove the old containers on 50 hosts',
    '55/55 done',
    expect.stringMatching(/^Probe of .* on 50 hosts: /),
  ])
})

test('a failure on one of many hosts is named', async () => {
  const lines = await logOf(6, (world) => world.hosts[3]!.failWhen('pull'))
  expect(lines).toContain('1/11 FAILED : Pull acme/backend:v2 on h4')
})

test('a deploy to four hosts shows every step', async () => {
  const lines = await logOf(4)
  expect(lines.filter((line) => /Start new backend on h\d/.test(line))).toHaveLength(4)
})

test('the plan for 50 hosts shows the same step once', async () => {
  const world = await shopAtV1(names(50))
  world.desired = { ...world.desired, rolling: { percent: 25 } }
  const style = createTerminalStyle({ env: {}, isTTY: false })
  expect(renderPlan(await world.plan(), style)).toMatchInlineSnapshot(`
    "shop on test: release r2

        1  50 hosts  Pull acme/backend:v2                        1.0 MB  not on the host
        2  50 hosts  Place 2 files                                       2 of 3 files differ
      101  50 hosts  Start new backend                                   new image
      102  50 hosts  Wait until backend is healthy                       before receiving traffic
      103  50 hosts  Switch traffic in nginx to the new backend          containers of backend change
      104  50 hosts  Check http://localhost:80/                          before the old containers are stopped
      301  50 hosts  Stop the old backend                                replaced
      302  50 hosts  Check http://localhost:80/                          without the old containers
      401  50 hosts  Check that the new containers still run             before the release is recorded on any host
      451  50 hosts  Record the release                                  archived releases for rollback: 2
      501  50 hosts  Remove the old backend                              the new release is recorded
      502  50 hosts  Verify the running containers                       before success is reported

    Traffic switches on 50 hosts, 12 hosts at a time.

    Proxies:
      50 hosts  nginx -> backend  nginx runs in its container

    Unchanged:
      50 hosts  nginx  same image and configuration

    Download: up to 50.0 MB in 50 images.
    "
  `)
})
