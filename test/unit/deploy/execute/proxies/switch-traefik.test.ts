import { describe, expect, test } from 'vitest'
import { switchTraefik } from '../../../../../src/deploy/execute/proxies/switch-traefik.ts'
import { wrapHealthCheck } from '../../../../../src/deploy/model/drain-check.ts'
import type { Container } from '../../../../../src/deploy/model/container.ts'
import type { Engine } from '../../../../../src/deploy/model/ports.ts'
import { FakeClock } from '../../../../support/fake-clock.ts'

const healthCheck = { ...wrapHealthCheck({ argv: ['true'] })!, timeoutMs: 1_000 }
const containerOf = (id: string, health: Container['health'], check: object = { healthCheck }): Container =>
  ({ id, name: id, state: 'running', health, ...check }) as unknown as Container

/** Docker's view never changes by what is run in the containers. */
async function switchWith(to: Container, from: Container, exitCode = 0) {
  const ran: string[] = []
  const engine = {
    container: async (id: string) => (id === to.id ? to : from),
    exec: async (id: string, argv: readonly string[]) => {
      ran.push(`${id}: ${argv.at(-1)?.slice(0, 8) ?? ''}`)
      return { exitCode, output: '' }
    },
    logTail: async () => [],
  } as unknown as Engine
  const { drained } = await switchTraefik({
    engine,
    to: [to],
    from: [from],
    drainMs: 1_000,
    clock: new FakeClock(),
  })
  return { ran, drained: await drained }
}

describe('switching traffic in Traefik', () => {
  test('fails if Docker does not report the new container as healthy', async () => {
    await expect(
      switchWith(containerOf('new', 'starting'), containerOf('old', 'healthy')),
    ).rejects.toMatchObject({
      code: 'SERVICE_UNHEALTHY',
      message: 'Docker reports new as starting and not as healthy, and Traefik goes by that.',
    })
  })

  test('fails if Docker does not report the old container as unhealthy', async () => {
    await expect(
      switchWith(containerOf('new', 'healthy'), containerOf('old', 'healthy')),
    ).rejects.toMatchObject({
      code: 'PROXY_FAILED',
      message: 'Docker reports old as healthy and not as unhealthy, and Traefik goes by that.',
    })
  })

  test('fails if the file that drains the old container cannot be written', async () => {
    const from = containerOf('old', 'healthy')
    await expect(switchWith(containerOf('new', 'healthy'), from, 1)).rejects.toMatchObject({
      code: 'PROXY_FAILED',
      message: 'The file that drains old could not be written: exit code 1.',
    })
  })

  test('gives a container without a shell the whole time', async () => {
    const from = containerOf('old', 'none', {})
    expect(await switchWith(containerOf('new', 'healthy'), from, 127)).toMatchObject({ drained: false })
  })
})
