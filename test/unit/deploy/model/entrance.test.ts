import { describe, expect, test } from 'vitest'
import { probeTargetOf, proxyServiceOf } from '../../../../src/deploy/model/entrance.ts'
import { fakeApp, fakeDesired, fakeProxy, fakeService } from '../../../support/fake-app.ts'

const named = (name: string, image: string, publishedPorts = ['80']) => ({
  ...fakeProxy({ image, publishedPorts }),
  name,
})

describe('the proxy is found by its image', () => {
  test.each([
    'nginx:alpine',
    'nginxinc/nginx-unprivileged:1',
    'openresty/openresty:alpine',
    'ghcr.io/acme/nginx:v1',
  ])('%s', (image) => {
    expect(proxyServiceOf(fakeApp([named('web', image), fakeService('api')]), fakeDesired())).toBe('web')
  })

  test.each(['traefik:3', 'acme/nginx-exporter:1', 'nginx-like/other:1'])('and %s is not', (image) => {
    expect(proxyServiceOf(fakeApp([named('web', image)]), fakeDesired())).toBeUndefined()
  })

  test('only where it has a port, and where it is the only one', () => {
    expect(proxyServiceOf(fakeApp([named('web', 'nginx', [])]), fakeDesired())).toBeUndefined()
    const two = fakeApp([named('a', 'nginx'), named('b', 'nginx', ['81'])])
    expect(proxyServiceOf(two, fakeDesired())).toBeUndefined()
    expect(proxyServiceOf(two, fakeDesired({ proxyService: 'b' }))).toBe('b')
  })
})

describe('the URL that is asked for', () => {
  const targetOf = (ports: string[], probeUrl?: string) =>
    probeTargetOf(fakeApp([named('web', 'nginx', ports)]), fakeDesired({ probeUrl }))

  test('is the configured one, which has to give 2xx or 3xx', () => {
    expect(targetOf(['80'], 'https://shop.example.com/health')).toEqual({
      url: 'https://shop.example.com/health',
      below: 400,
    })
  })

  test('is else the port of the proxy, where anything below 500 is an answer', () => {
    expect(targetOf(['443', '8080'])).toEqual({ url: 'http://localhost:8080/', below: 500 })
  })

  test('is undefined where only TLS or a range of ports is published', () => {
    expect(targetOf(['443'])).toBeUndefined()
    expect(targetOf(['8000-8010'])).toBeUndefined()
  })
})
