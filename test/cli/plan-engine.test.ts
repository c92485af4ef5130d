import { expect, test } from 'vitest'
import { withEngine } from '../../src/cli/commands/ship/plan-engine.ts'
import type { DeployInput } from '../../src/cli/commands/ship/load-deploy.ts'
import { load } from '../support/make-project.ts'

const input = async (drayYml: string): Promise<DeployInput> =>
  ({ config: await load(drayYml), options: {}, values: {} }) as unknown as DeployInput

const several = `environments:
  test:
    hosts: [{ host: u@a, services: [backend] }, u@b, u@c]
    rolling: 2
    hooks: { leave: [leave], join: [join], before: ['true'] }
    front: true
proxy: { keepalive: false }
services: { backend: { drain: 10s } }
disk: { sweep: none }
`

test('a plan for Swarm of a Compose environment names what of dray.yml does not hold there', async () => {
  const { config, notes } = withEngine(await input(several), 'swarm')
  expect(notes?.map((text) => text.replace(/[,:].*/, ''))).toEqual([
    'u@b',
    'u@c',
    'The `services` of `hosts` in dray.yml do not hold in a swarm',
    '`rolling` in dray.yml does not hold in a swarm',
    '`front` in dray.yml does not hold in a swarm',
    '`hooks.leave` and `hooks.join` in dray.yml do not run in a swarm',
    '`proxy` in dray.yml does not hold in a swarm',
    '`drain` of backend in dray.yml does not hold in a swarm',
    '`disk` in dray.yml does not hold in a swarm',
  ])
  expect(notes?.[0]).toContain('the containers of Compose on u@b stay')
  expect(config).toMatchObject({
    front: undefined,
    environment: { engine: 'swarm', hosts: ['u@a'], roles: {} },
  })
  expect(Object.keys(config.hooks)).toEqual(['before'])
})

test('an environment with nothing of that gets no notes, and neither does one of Swarm', async () => {
  const one = await input('environments:\n  test: { host: u@a }\n')
  expect(withEngine(one, 'swarm').notes).toEqual([])
  const swarm = await input(
    'environments:\n  test: { host: u@a, engine: swarm }\nproxy: { keepalive: false }\n',
  )
  expect(withEngine(swarm, 'swarm').notes).toBeUndefined()
  expect(withEngine(swarm, 'compose').config.environment.engine).toBe('compose')
  expect(withEngine(one, undefined)).toBe(one)
  expect(() => withEngine(one, 'nomad')).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error)
})
