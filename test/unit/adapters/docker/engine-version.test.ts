import { expect, test } from 'vitest'
import {
  assertEngineSupported,
  chooseApiVersion,
  readEngineObservation,
} from '../../../../src/adapters/docker/engine-version.ts'

function answer(ApiVersion: string, MinAPIVersion?: string): Parameters<typeof chooseApiVersion>[0] {
  return { Version: '0', ApiVersion, MinAPIVersion, Os: 'linux', Arch: 'amd64' }
}

test.each([
  ['Engine 20.10', '1.41', '1.12', '1.41'],
  ['Engine 28.5', '1.51', '1.24', '1.51'],
  ['Engine 29', '1.52', '1.44', '1.51'],
  ['an Engine of later years', '1.60', '1.55', '1.55'],
  ['an Engine too old for us', '1.38', '1.12', '1.40'],
  ['an Engine that does not say what it accepts', '1.47', undefined, '1.47'],
])('%s is spoken to in a version that both know', (_case, newest, oldest, chosen) => {
  expect(chooseApiVersion(answer(newest, oldest))).toBe(chosen)
})

test.each(['20.10.24+dfsg1', '20.10.0', '23.0.1', '28.5.2+dfsg4', '29.0.0-rc.1', 'dev'])(
  '%s is new enough',
  (version) => {
    expect(() => assertEngineSupported(version, 'srv1')).not.toThrow()
  },
)

test.each(['19.03.15', '18.09.1', '20.9'])('%s is too old', (version) => {
  expect(() => assertEngineSupported(version, 'srv1')).toThrow(
    expect.objectContaining({ code: 'DOCKER_TOO_OLD' }),
  )
})

test.each([
  ['its own store', [['Backing Filesystem', 'extfs']], { keepsPacked: false, roots: ['/data/docker'] }],
  [
    "containerd's store, which may be in a directory of its own",
    [['driver-type', 'io.containerd.snapshotter.v1']],
    { keepsPacked: true, roots: ['/var/lib/containerd', '/data/docker'] },
  ],
  ['a store of which nothing is said', null, { keepsPacked: false, roots: ['/data/docker'] }],
])('an Engine keeps images in %s', (_case, DriverStatus, imageStore) => {
  const info = {
    DockerRootDir: '/data/docker',
    Driver: 'overlay2',
    Architecture: 'x86_64',
    NCPU: 2,
    DriverStatus,
  }
  expect(readEngineObservation(answer('1.51'), info).imageStore).toEqual(imageStore)
})
