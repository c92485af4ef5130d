import { expect, test } from 'vitest'
import { endpointsOf } from '../../../../src/adapters/registry/registry-endpoint.ts'

const insecure = new Set(['10.0.0.5:5000'])

test.each([
  ['ghcr.io', 'https://ghcr.io'],
  ['docker.io', 'https://registry-1.docker.io'],
  ['10.0.0.5:5000', 'http://10.0.0.5:5000'],
  ['10.0.0.6:5000', 'https://10.0.0.6:5000'],
  ['localhost:5000', 'http://localhost:5000'],
  ['127.1.2.3', 'http://127.1.2.3'],
  ['[::1]:5000', 'http://[::1]:5000'],
  ['localhost.example.com', 'https://localhost.example.com'],
  ['127.0.0.1.example.com', 'https://127.0.0.1.example.com'],
])('%s is served at %s', (registry, baseUrl) => {
  expect(endpointsOf(registry, { insecure })).toEqual([{ host: registry, baseUrl }])
})

test('a mirror is asked first, by its host alone', () => {
  const mirror = 'http://someone:secret@mirror:5000/hub/?x=1'
  expect(endpointsOf('docker.io', { insecure, mirror })).toEqual([
    { host: 'mirror:5000', baseUrl: 'http://mirror:5000/hub' },
    { host: 'docker.io', baseUrl: 'https://registry-1.docker.io' },
  ])
})
