import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseImageConfig, parseManifest } from '../../../../src/adapters/registry/manifest.ts'
import { AMD64, buildOciImage, sha256 } from '../../../support/oci-image.ts'

const blob = { mediaType: 'any', digest: sha256(Buffer.from('blob')), size: 4 }

function parse(content: unknown) {
  return parseManifest(Buffer.from(JSON.stringify(content)), 'ghcr.io/acme/shop:1')
}

test('attestations of an index are no variants, whether by platform or by annotation', () => {
  const image = buildOciImage({ attestation: true })
  const index = JSON.parse(image.manifests.at(-1)?.body.toString() ?? '') as { manifests: object[] }
  index.manifests.push({
    ...blob,
    platform: AMD64,
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
  })
  index.manifests.push(blob)
  const found = parse(index)
  expect(found).toMatchObject({
    kind: 'index',
    variants: [{ digest: image.variants[0]?.digest, platform: AMD64 }],
  })
})

test.each([
  ['a document that is an index and an image', { manifests: [], config: blob, layers: [] }],
  ['the old schema 1', { schemaVersion: 1, fsLayers: [] }],
  ['a layer without a size', { config: blob, layers: [{ digest: blob.digest }] }],
  ['a layer with a negative size', { config: blob, layers: [{ ...blob, size: -1 }] }],
  ['a digest that is a path', { config: { ...blob, digest: '../../etc/passwd' }, layers: [] }],
  ['a list', []],
  ['null', null],
])('%s is refused', (_, content) => {
  expect(() => parse(content)).toThrow(
    expect.objectContaining({
      code: 'REGISTRY_FAILED',
      message: 'ghcr.io/acme/shop:1 is not an image that Docker can run.',
    }),
  )
})

test('invalid JSON is refused', () => {
  expect(() => parseManifest(Buffer.from('<html>'), 'x')).toThrow(
    expect.objectContaining({ code: 'REGISTRY_FAILED' }),
  )
})

test('the configuration of an image says its platform and how it is run, or nothing', () => {
  const run = {
    Entrypoint: ['/docker-entrypoint.sh'],
    Cmd: ['nginx', '-g', 'daemon off;'],
    Env: ['NGINX_VERSION=1.29.3'],
    ExposedPorts: { '80/tcp': {}, '443': {}, '53/udp': {} },
    Shell: ['/bin/bash', '-c'],
    Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 5_000_000_000, Retries: 0 },
  }
  const rootfs = { type: 'layers', diff_ids: ['sha256:1', 'sha256:2'] }
  expect(parseImageConfig(Buffer.from(JSON.stringify({ ...AMD64, config: run, rootfs })))).toEqual({
    platform: AMD64,
    config: {
      environment: ['NGINX_VERSION=1.29.3'],
      hasHealthCheck: true,
      healthCheck: { argv: ['/bin/bash', '-c', 'true'], intervalMs: 5000 },
      shell: ['/bin/bash', '-c'],
      exposedPorts: [443, 80],
      command: ['/docker-entrypoint.sh', 'nginx', '-g', 'daemon off;'],
      entrypoint: ['/docker-entrypoint.sh'],
    },
    unpackedDigests: ['sha256:1', 'sha256:2'],
  })
  expect(parseImageConfig(Buffer.from('{}'))).toEqual({
    platform: undefined,
    config: { environment: [], hasHealthCheck: false, exposedPorts: [], command: [] },
    unpackedDigests: [],
  })
})

test('a disabled health check does not count', () => {
  const config = { Healthcheck: { Test: ['NONE'] } }
  expect(parseImageConfig(Buffer.from(JSON.stringify({ config }))).config.hasHealthCheck).toBe(false)
})

test('any answer is a valid manifest or is refused', () => {
  const part = fc.oneof(
    fc.constant(blob),
    fc.json().map((text): unknown => JSON.parse(text)),
  )
  const content = fc.record(
    { manifests: fc.array(part), config: part, layers: fc.array(part), annotations: part, __proto__: part },
    { requiredKeys: [] },
  )
  const answer = fc.oneof(
    fc.uint8Array(),
    fc.json().map(Buffer.from),
    content.map((it) => Buffer.from(JSON.stringify(it))),
  )
  fc.assert(
    fc.property(answer, (body) => {
      try {
        const manifest = parseManifest(body, 'ghcr.io/acme/shop:1')
        const named = manifest.kind === 'index' ? manifest.variants : [manifest.config, ...manifest.layers]
        for (const { digest, sizeBytes } of named) {
          expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
          expect(sizeBytes).toBeGreaterThanOrEqual(0)
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'REGISTRY_FAILED' })
      }
      expect(() => parseImageConfig(body)).not.toThrow()
    }),
  )
})
