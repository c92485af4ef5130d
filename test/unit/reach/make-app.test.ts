import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeApp } from '../../reach/make-app.ts'
import { placesOf } from '../../reach/places.ts'
import { readShapes, type Shape, type ShapeService } from '../../reach/shape.ts'

const shapes = await readShapes(join(import.meta.dirname, '../../reach/shapes.json'))
const well = { tag: 'v1', behaviour: 'well' } as const
const broken = { tag: 'v3', behaviour: 'exits' } as const

/** All files of an app, one after the other. */
function filesOf(shape: Shape): string {
  return [...makeApp(shape).files(well)].map(([path, text]) => `# ${path}\n${text}`).join('\n')
}

/** One app by each kind of proxy, and those with the rarer fields. */
test.each(['f01', 'f10', 'f12', 'f18', 'f36', 'f60', 'f61'])(
  'the files of %s are as its shape says',
  async (id) => {
    const shape = shapes.find((it) => it.id === id)!
    await expect(filesOf(shape)).toMatchFileSnapshot(`golden/${id}.txt`)
  },
)

describe('every property of a shape is in the compose file', () => {
  const compose = (service: Partial<ShapeService>): string =>
    makeApp({ id: 'f00', proxy: 'port', services: [{ name: 'app1', role: 'own', ...service }] })
      .files(well)
      .get('docker-compose.yml')!

  test.each<[string, Partial<ShapeService>, RegExp]>([
    ['a build', { built: true }, /build: \.\/app1/],
    ['a fixed name', { container_name: true }, /container_name: f00_app1/],
    ['a check that is switched off', { healthcheck: 'disabled' }, /disable: true/],
    ['an anonymous volume', { volumes: ['anonymous'] }, /- \/var\/cache\/app1-0/],
    ['a named volume', { volumes: ['named'] }, /- app1-0:\/var\/lib\/app1-0[^]*\nvolumes:\n {2}app1-0:/],
    ['replicas by a variable', { replicas: '${COPIES:-3}' }, /replicas: \$\{COPIES:-3\}/],
    [
      'a range of ports for replicas',
      { replicas: 3, ports: [{ published: '80', target: '80' }] },
      /- \d+-\d+:80/,
    ],
    ['a read-only file system', { read_only: true }, /read_only: true\n[^]*tmpfs:/],
    ['a user', { user: true }, /user: 1000:1000/],
    ['a fixed address', { static_address: true }, /ipv4_address: 172\.31\.99\.100[^]*subnet:/],
    [
      'a network of another service',
      { network_mode: 'service:x', depends_on: ['app1'] },
      /network_mode: service:/,
    ],
    ['a profile', { profiles: true }, /profiles:/],
    ['time to end', { stop_grace: '30s' }, /stop_grace_period: 30s/],
    ['limits', { limits: true }, /limits:/],
    [
      'UDP beside TCP',
      {
        ports: [
          { published: '443', target: '443' },
          { published: '443', target: '443' },
        ],
      },
      /443:443\n\s+- 443:443\/udp/,
    ],
  ])('%s', (_title, service, expected) => {
    expect(compose(service)).toMatch(expected)
  })
})

describe('ports', () => {
  test('of two services that want the same one, the second gets another', () => {
    const ports = [{ host: 'public', published: '8000', target: '8000' }]
    const app = makeApp({
      id: 'f00',
      proxy: 'port',
      services: [
        { name: 'app1', role: 'own', ports },
        { name: 'app2', role: 'own', ports },
      ],
    })
    expect([...app.ports.values()].map(([port]) => port?.published)).toEqual([8000, 20_000])
  })

  test('what has loopback ports only is asked from the server itself', () => {
    const ports = [{ host: 'loopback', published: '8000', target: '8000' }]
    const app = makeApp({ id: 'f00', proxy: 'port', services: [{ name: 'app1', role: 'own', ports }] })
    expect(placesOf(app, '10.0.0.1')).toMatchObject({
      fromServer: true,
      places: [{ url: 'http://127.0.0.1:8000' }],
    })
  })
})

describe('what is asked', () => {
  test('is something in every shape, through a proxy where there is one', () => {
    for (const shape of shapes) {
      const { asked, place } = makeApp(shape).layout
      expect(asked.length, shape.id).toBeGreaterThan(0)
      expect(
        asked.every(({ through }) => through.length > 0 === (place !== 'none')),
        shape.id,
      ).toBe(true)
    }
  })

  test('nothing, where there are only workers', () => {
    const app = makeApp({
      id: 'f00',
      proxy: 'port',
      services: [{ name: 'app1', role: 'own', command: true }],
    })
    expect(app.layout.asked).toEqual([])
  })
})

test('a broken version is broken in what is asked, and nowhere else', () => {
  const app = makeApp(shapes.find(({ id }) => id === 'f13')!)
  const differing = app
    .images(broken)
    .filter(({ files }, index) => files.size !== app.images(well)[index]?.files.size)
    .map(({ repository }) => repository)
  expect(differing).toEqual(['acme/f13-app1'])
})

test('a field that is not known is refused by its name', async () => {
  const file = join(import.meta.dirname, 'golden/unknown-field.json')
  expect(JSON.parse(await readFile(file, 'utf8'))).toHaveLength(1)
  await expect(readShapes(file)).rejects.toThrow(
    'The shape f99 has the field sysctls, which is not known here.',
  )
})
