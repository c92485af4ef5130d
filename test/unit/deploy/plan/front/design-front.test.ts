import { describe, expect, test } from 'vitest'
import type { ServiceModel } from '../../../../../src/deploy/model/app-model.ts'
import { designFront } from '../../../../../src/deploy/plan/front/design-front.ts'
import { fakeApp, fakeDesired, fakeProxy, fakeService } from '../../../../support/fake-app.ts'

const web = (facts: Partial<ServiceModel> = {}): ServiceModel =>
  fakeService('web', { publishedPorts: ['8000'], ...facts })

const design = (services: readonly ServiceModel[], chosen?: readonly string[]) =>
  designFront(fakeApp(services), { ...fakeDesired(), services: chosen })

describe('a service gets the front', () => {
  test.each<[string, readonly ServiceModel[]]>([
    ['if its image is own and it publishes a port', [web(), fakeService('worker')]],
    [
      'and third parties do not',
      [web(), fakeService('db', { image: 'postgres:16', publishedPorts: ['5432'] })],
    ],
    [
      'even with a proxy on another network',
      [web({ networks: ['back'] }), fakeProxy({ networks: ['front'] })],
    ],
    ['if it is a proxy in an own image', [web({ image: 'ghcr.io/acme/nginx:v1' })]],
  ])('%s', (_why, services) => {
    expect(design(services).services).toEqual(['web'])
  })

  test('if dray.yml names it, whatever it is', () => {
    const services = [web(), fakeService('grafana', { image: 'grafana:11', publishedPorts: ['3000'] })]
    expect(design(services, ['grafana']).services).toEqual(['grafana'])
    expect(() => design(services, ['grafan'])).toThrow('Service grafan (`front.services` in dray.yml)')
  })
})

test('a service behind a proxy gets none', () => {
  expect(design([web(), fakeProxy()])).toMatchObject({ services: [], left: [] })
})

describe('a service that the front cannot stand before keeps its ports:', () => {
  const port = { published: '8000', target: 8000, protocol: 'tcp', hostIp: undefined }
  test.each<[string, Partial<ServiceModel>]>([
    [
      'it publishes 53 to 53/udp, and the front takes single TCP ports',
      { publishedPorts: ['8000', '53/udp'] },
    ],
    [
      'it publishes 8000-8010 to 8000/tcp, and the front takes single TCP ports',
      { publishedPorts: ['8000-8010'] },
    ],
    [
      'it publishes any port to 8000/tcp, and the front takes single TCP ports',
      { ports: [{ ...port, published: undefined }, port] },
    ],
    ['the front speaks HTTP, and port 443 of it is HTTPS', { ports: [{ ...port, target: 443 }] }],
    ['it uses network_mode host', { networkMode: 'host' }],
  ])('%s', (why, facts) => {
    expect(design([web(facts)])).toMatchObject({ services: [], left: [{ service: 'web', why }] })
  })
})

test('it publishes the same ports at the same addresses, on the networks of the services', () => {
  const port = { published: '9000', target: 3000, protocol: 'tcp', hostIp: '127.0.0.1' }
  const services = [web({ ports: [port], networks: ['b'] }), fakeService('api', { publishedPorts: ['80'] })]
  const { definition, configuration } = design(services)
  expect(definition).toMatchObject({
    depends_on: ['web', 'api'],
    networks: ['b', 'default'],
    ports: [
      { target: 80, published: '80', protocol: 'tcp' },
      { target: 81, published: '9000', host_ip: '127.0.0.1', protocol: 'tcp' },
    ],
  })
  expect(configuration).toContain(
    'listen 80 default_server;\n    location / {\n        proxy_pass http://api:80;',
  )
  expect(configuration).toContain(
    'listen 81 default_server;\n    location / {\n        proxy_pass http://web:3000;',
  )
  expect(configuration).not.toContain('[::]')
})

test('on a network with IPv6 it listens there, too', () => {
  const app = fakeApp([web()], { ipv6Networks: ['default'] })
  expect(designFront(app, { ...fakeDesired(), services: undefined }).configuration).toContain(
    'listen [::]:80',
  )
})

test('a service of its name is refused', () => {
  expect(() => design([web(), fakeService('dray-front')])).toThrow('is named dray-front')
})
