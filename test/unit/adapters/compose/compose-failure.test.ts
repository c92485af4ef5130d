import { describe, expect, test } from 'vitest'
import {
  checkComposeVersion,
  composeFailure,
  composeRefusal,
} from '../../../../src/adapters/compose/compose-failure.ts'

const where = { host: 'srv', mask: (text: string) => text.replaceAll('s3cret', '[masked]') }

const progress =
  ' Container shop-nginx-1  Creating\n Container shop-nginx-1  Created\n Container shop-nginx-1  Starting\n'

describe('a port that is taken is named, as', () => {
  test.each([
    [
      'Engine 20.10 says it',
      'Error response from daemon: driver failed programming external connectivity on endpoint shop-nginx-1 (0a1b): Bind for 0.0.0.0:80 failed: port is already allocated',
    ],
    [
      'Engine 20.10 says it of a program of the host',
      'Error response from daemon: driver failed programming external connectivity on endpoint x (1): Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use',
    ],
    [
      'Engine 28 says it',
      'Error response from daemon: failed to set up container networking: driver failed programming external connectivity on endpoint shop-nginx-1 (9f): failed to bind host port for 0.0.0.0:80:172.18.0.4:80/tcp: address already in use',
    ],
    [
      'Engine 28 says it of another container',
      'Error response from daemon: failed to set up container networking: driver failed programming external connectivity on endpoint x (9f): Bind for :::80 failed: port is already allocated',
    ],
  ])('%s', (_engine, line) => {
    const failure = composeFailure('up', `${progress}${line}\n`, where)
    expect(failure).toMatchObject({ code: 'PORT_TAKEN', exitCode: 1, details: { logTail: [line] } })
    expect(failure.message).toMatch(/^Port 80 /)
  })
})

test('a full disk is one', () => {
  expect(
    composeFailure('up', 'failed to create: mkdir /var/lib/docker/x: no space left on device', where),
  ).toMatchObject({
    code: 'DISK_FULL',
  })
})

test('an image that is not there any more is named', () => {
  const image = `ghcr.io/acme/shop-backend@sha256:${'0'.repeat(64)}`
  const failure = composeFailure(
    'up',
    `${progress}Error response from daemon: No such image: ${image}\n`,
    where,
  )
  expect(failure).toMatchObject({ code: 'IMAGE_GONE', message: `${image} is no longer on srv.` })
})

test('any other failure is reported with its last lines, without the progress', () => {
  const failure = composeFailure(
    'up',
    `${progress}service "x" has neither an image nor a build context specified\n`,
    where,
  )
  expect(failure).toMatchObject({ code: 'DOCKER_FAILED', details: { logOf: 'docker compose up' } })
  expect(failure.message).toBe(
    '`docker compose up` on srv failed: service "x" has neither an image nor a build context specified',
  )
})

test('a failure without output is reported, too', () => {
  expect(composeFailure('up', progress, where).message).toBe('`docker compose up` on srv failed: no output.')
})

test.each(['2.20.0', 'v2.20.3', '2.40.3-3', '5.0.1', '2.26.1+ds1-2'])(
  'Compose %s is new enough',
  (version) => {
    expect(() => checkComposeVersion(version, 'srv')).not.toThrow()
  },
)

test.each([
  ['2.19.1', 'COMPOSE_TOO_OLD'],
  ['1.29.2', 'COMPOSE_TOO_OLD'],
  ['', 'COMPOSE_NOT_INSTALLED'],
  ["docker: 'compose' is not a docker command.", 'COMPOSE_NOT_INSTALLED'],
])('Compose `%s` is refused with %s', (version, code) => {
  expect(() => checkComposeVersion(version, 'srv')).toThrow(expect.objectContaining({ code }))
})

test('what Compose says is masked, in its last line and the lines above', () => {
  const failure = composeFailure('up', 'first s3cret\nlast s3cret\n', where)
  expect(failure.message).toBe('`docker compose up` on srv failed: last [masked]')
  expect(failure.details).toMatchObject({ logTail: ['first [masked]', 'last [masked]'] })
})

test('why Compose rejected the files is masked, and shows the paths of the app', () => {
  const failure = composeRefusal('validating /tmp/x/shop/compose.yaml\nInvalid hostPort: s3cret\n', {
    ...where,
    path: '/srv/shop',
    stage: '/tmp/x/shop',
  })
  expect(failure).toMatchObject({
    code: 'COMPOSE_INVALID',
    message: 'Docker Compose on srv rejected the compose file: Invalid hostPort: [masked]',
    details: { logTail: ['validating compose.yaml', 'Invalid hostPort: [masked]'] },
  })
})
