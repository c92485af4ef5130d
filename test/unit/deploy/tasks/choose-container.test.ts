import { describe, expect, test } from 'vitest'
import { chooseContainer } from '../../../../src/deploy/tasks/choose-container.ts'
import type { Container } from '../../../../src/deploy/model/container.ts'
import type { Release } from '../../../../src/deploy/model/release.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'

const image = (version: string): string => `ghcr.io/acme/shop-backend@sha256:${version}`
const release = {
  id: 'r4',
  environment: 'production',
  services: { backend: { image: image('v4') }, worker: { image: image('w') } },
} as unknown as Release

function container(name: string, facts: Partial<Container> = {}): Container {
  return {
    id: name,
    name: `shop-${name}`,
    service: 'backend',
    oneOff: false,
    imageName: image('v4'),
    state: 'running',
    health: 'healthy',
    ...facts,
  } as Container
}

const choose = (containers: readonly Container[], index?: number): string =>
  chooseContainer({ containers, release, service: 'backend', index, host: 'srv1' }).id

describe('the container of a service', () => {
  test.each<[string, Container[], string]>([
    ['the lowest number of equals', [container('backend-10'), container('backend-9')], 'backend-9'],
    [
      'a healthy one before one that starts',
      [container('backend-1', { health: 'starting' }), container('backend-2')],
      'backend-2',
    ],
    [
      'one of the release in place before another',
      [container('backend-1', { imageName: image('v5') }), container('backend-2')],
      'backend-2',
    ],
    [
      'a healthy one of another release before an unhealthy one of this',
      [container('backend-1', { health: 'unhealthy' }), container('backend-2', { imageName: image('v5') })],
      'backend-2',
    ],
    [
      'one that runs, and no one-off one',
      [
        container('backend-1', { state: 'exited' }),
        container('backend-run-1', { oneOff: true }),
        container('backend-3', { health: 'none' }),
      ],
      'backend-3',
    ],
  ])('is %s', (_, containers, expected) => {
    expect(choose(containers)).toBe(expected)
  })

  test('is the one with the number that is asked for', () => {
    expect(choose([container('backend-1'), container('backend-2', { health: 'unhealthy' })], 2)).toBe(
      'backend-2',
    )
  })
})

test('without a running container, the failure has the state of each and the next commands', () => {
  const failure = failureOf(() => choose([container('backend-3', { state: 'restarting' })]))
  expect(failure).toMatchObject({
    code: 'SERVICE_NOT_RUNNING',
    message: 'No container of backend is running on srv1.',
    details: { problems: ['shop-backend-3 is restarting'] },
  })
  expect(failure.hint).toContain('`dray logs production backend`')
})

test('a service that the release does not have is refused with the nearest name', () => {
  const failure = failureOf(() =>
    chooseContainer({ containers: [], release, service: 'wrker', index: undefined, host: 'srv1' }),
  )
  expect(failure).toMatchObject({ code: 'USAGE', hint: 'Did you mean `worker`?' })
})

function failureOf(action: () => unknown): DrayError {
  try {
    action()
  } catch (error) {
    if (error instanceof DrayError) return error
    throw error
  }
  throw new Error('It did not fail.')
}
