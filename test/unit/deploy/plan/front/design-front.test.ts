import { describe, expect, test } from 'vitest'
import type { ServiceModel } from '../../../../../src/deploy/model/app-model.ts'
import type { FrontDomain, FrontSettings } from '../../../../../src/deploy/model/front.ts'
import { designFront } from '../../../../../src/deploy/plan/front/design-front.ts'
import { fakeApp, fakeDesired, fakeProxy, fakeService } from '../../../../support/fake-app.ts'

const web = (facts: Partial<ServiceModel> = {}): ServiceModel =>
  fakeService('web', { publishedPorts: ['8000'], ...facts })

const design = (services: readonly ServiceModel[], chosen?: readonly string[]) =>
  designFront(fakeApp(services), { ...fakeDesired(), services: chosen, domains: [] })

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
  expect(designFront(app, { ...fakeDesired(), services: undefined, domains: [] }).configuration).toContain(
    'listen [::]:80',
  )
})

test('a service of its name is refused', () => {
  expect(() => design([web(), fakeService('dray-front')])).toThrow('is named dray-front')
})

describe('with a domain', () => {
  const domains = [{ name: 'app.example.com' }]
  const withDomain = (services: readonly ServiceModel[], facts: Partial<FrontSettings> = {}) =>
    designFront(fakeApp(services), { ...fakeDesired(), services: undefined, domains, ...facts })

  test('it is Caddy with the ports for HTTPS, the own one, and a volume for the certificates', () => {
    const port = { published: '8000', target: 3000, protocol: 'tcp', hostIp: '127.0.0.1' }
    const { definition, volumes, configurationFile, configuration, ...front } = withDomain(
      [web({ ports: [port] })],
      { acme: { url: 'https://ca.test/directory', root: './ca.pem' } },
    )
    expect(definition).toMatchObject({
      image: 'caddy:2.11-alpine',
      ports: [
        { target: 81, published: '8000', host_ip: '127.0.0.1' },
        { target: 80, published: '80' },
        { target: 443, published: '443', protocol: 'tcp' },
      ],
      volumes: ['./dray-front:/etc/caddy:ro', 'dray-front-data:/data', './ca.pem:/etc/dray-acme-root.pem:ro'],
    })
    expect(volumes).toEqual(['dray-front-data'])
    expect(front.domains).toEqual([{ name: 'app.example.com', anyIssuer: true }])
    expect(configurationFile).toBe('Caddyfile')
    expect(configuration).toMatchInlineSnapshot(`
      "# Written by dray at every deploy: \`front\` in dray.yml.
      {
      	persist_config off
      	servers {
      		protocols h1 h2
      	}
      	acme_ca https://ca.test/directory
      	acme_ca_root /etc/dray-acme-root.pem
      }

      app.example.com {
      	reverse_proxy web:3000 {
      		flush_interval -1
      		transport http {
      			keepalive off
      		}
      	}
      }

      http://:81 {
      	reverse_proxy web:3000 {
      		flush_interval -1
      		transport http {
      			keepalive off
      		}
      	}
      }
      "
    `)
  })

  test('each domain leads to its service, and other names on port 80 to the one that published it', () => {
    const api = fakeService('api', { publishedPorts: ['8000', '8001'] })
    const { definition, configuration } = withDomain([web({ publishedPorts: ['80'] }), api], {
      domains: [
        { name: 'example.com', service: 'web' },
        { name: 'api.example.com', service: 'api', port: 8001 },
      ],
    })
    expect((definition['ports'] as { published: string }[]).map(({ published }) => published)).toEqual([
      ...['8000', '8001', '80', '443'],
    ])
    expect(configuration.match(/^\S+ \{\n\treverse_proxy \S+/gm)).toEqual([
      'example.com {\n\treverse_proxy web:80',
      'api.example.com {\n\treverse_proxy api:8001',
      'http://:80 {\n\treverse_proxy web:80',
      'http://:81 {\n\treverse_proxy api:8000',
      'http://:82 {\n\treverse_proxy api:8001',
    ])
  })

  test('a service without a published port, and a proxy of a third party, get it if dray.yml names them', () => {
    const named = (service: string, port: number) => ({ domains: [{ name: 'example.com', service, port }] })
    expect(withDomain([fakeService('web')], named('web', 3000)).configuration).toContain(
      'reverse_proxy web:3000',
    )
    expect(withDomain([fakeService('web'), fakeProxy()], named('nginx', 80)).services).toEqual(['nginx'])
  })

  test.each<[string, readonly ServiceModel[], FrontDomain[] | undefined]>([
    [
      'No service can be behind app.example.com: no own service without a proxy publishes a port.',
      [web(), fakeProxy()],
      undefined,
    ],
    [
      'No service can be behind app.example.com: web: it uses network_mode host.',
      [web({ networkMode: 'host' })],
      [{ name: 'app.example.com', service: 'web' }],
    ],
    [
      'app.example.com could lead to web or api.',
      [web(), fakeService('api', { publishedPorts: ['8001'] })],
      undefined,
    ],
    [
      'Which port of web is behind app.example.com is not clear: it publishes 8000 and 9000.',
      [web({ publishedPorts: ['8000', '9000'] })],
      undefined,
    ],
    [
      'Which port of web is behind app.example.com is not clear: it publishes none.',
      [fakeService('web')],
      [{ name: 'app.example.com', service: 'web' }],
    ],
    [
      'mail publishes port 443, which the front needs for app.example.com.',
      [web(), fakeService('mail', { image: 'mail:1', publishedPorts: ['443'] })],
      undefined,
    ],
  ])('%s', (message, services, chosen = domains) => {
    expect(() => withDomain(services, { domains: chosen })).toThrow(
      expect.objectContaining({ code: 'FRONT_IMPOSSIBLE', message }),
    )
  })

  test('an unknown service of a domain is named with its key', () => {
    expect(() => withDomain([web()], { domains: [{ name: 'a.example.com', service: 'wep' }] })).toThrow(
      'Service wep (`front.domain` in dray.yml)',
    )
  })
})
