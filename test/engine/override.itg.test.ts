import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderOverride } from '../../src/adapters/compose/pins.ts'
import { readAppModel } from '../../src/adapters/compose/read-model.ts'
import { composeConfig, composeModel } from '../support/compose-config.ts'
import { randomCases } from '../support/random-cases.ts'

const values = {
  TAG: 'v1.2',
  PRICE: '5$ $HOME ${TAG} $$',
  QUOTES: `it's "so" \\ it is: # yes`,
  NUMBER: '3',
  SECONDS: '7s',
  YES: 'yes',
  PATH_THERE: '/srv/data',
}

/** With a default, without one, and in the middle of other text; a dollar that is one. */
const text = fc.constantFrom(
  ...[
    'plain',
    'null',
    '1e3',
    'a $$5',
    '${TAG:-none}',
    'x-${TAG}',
    '${PRICE:-0}',
    '${QUOTES}',
    '${YES:-no}',
    '${PRICE}$$',
    '',
  ],
)
const number = fc.constantFrom('${NUMBER:-1}', 2)
const seconds = fc.constantFrom('${SECONDS:-5s}', '9s')
const path = fc.constantFrom('${PATH_THERE:-/var/lib/app}', '/tmp/app')
const list = fc.array(
  text.filter((it) => it !== ''),
  { minLength: 1, maxLength: 3 },
)
const map = fc.dictionary(fc.constantFrom('A', 'B', 'c.d'), text, { maxKeys: 3 })

const service = fc.record(
  {
    command: fc.oneof(list, fc.constantFrom('run ${TAG:-none} "a b"', 'serve')),
    entrypoint: list,
    environment: fc.oneof(
      map,
      list.map((all) => all.map((it, index) => `V${index}=${it}`)),
    ),
    labels: map,
    annotations: map,
    user: text,
    working_dir: path,
    hostname: fc.constantFrom('${TAG:-host}', 'host'),
    stop_grace_period: seconds,
    healthcheck: fc.record({ test: list.map((all) => ['CMD', ...all]), interval: seconds, retries: number }),
    deploy: fc.record({ replicas: number, labels: map }),
    logging: fc.record({ driver: fc.constantFrom('local', '${TAG:-json-file}'), options: map }),
    volumes: fc.uniqueArray(
      fc.tuple(path, fc.constantFrom('/a', '/b', '/c/${TAG:-d}')).map(([from, to]) => `${from}:${to}`),
      { maxLength: 2, selector: (it) => it.split(':')[1] },
    ),
    ports: fc.constantFrom(['80${NUMBER:-0}:80'], ['127.0.0.1:8080:80', '90${NUMBER:-1}:90']),
    extra_hosts: fc.constantFrom(['db:10.0.0.${NUMBER:-1}'], ['a:10.1.1.1']),
    dns: fc.constantFrom(['10.0.0.${NUMBER:-1}', '1.1.1.1'], '9.9.9.9'),
    tmpfs: fc.constantFrom(['/run/${TAG:-x}', '/tmp'], '/tmp'),
    cap_add: fc.constantFrom(['NET_ADMIN', '${YES:-CHOWN}']),
    mem_limit: fc.constantFrom('${NUMBER:-1}00m', '1g'),
    ulimits: fc.record({ nofile: number }),
    sysctls: fc.constantFrom({ 'net.core.somaxconn': '${NUMBER:-1}' }),
    networks: fc.constantFrom(['default'], { default: { aliases: ['${TAG:-alias}', 'b'] } }),
    restart: fc.constantFrom('always', 'on-failure:${NUMBER:-1}'),
  },
  { requiredKeys: [] },
)

test('with the override file, Compose makes the same of every service without the deploy-time values', async () => {
  const { cases, label } = randomCases(service, 150)
  const services = Object.fromEntries(cases.map((it, index) => [`s${index}`, { image: 'any', ...it }]))
  const files = { 'compose.yaml': JSON.stringify({ services }) }
  const servicesOf = (model: string) => (JSON.parse(model) as { services: Record<string, object> }).services

  const [model, plainModel] = await Promise.all([composeModel(files, values), composeModel(files)])
  const { pins } = readAppModel({
    model,
    plainModel,
    stage: '/none',
    path: '/srv/shop',
    envFileHashes: new Map(),
  })
  expect(Object.keys(pins).length, label).toBeGreaterThan(100)
  const images = Object.fromEntries(Object.keys(services).map((name) => [name, 'any']))
  const override = renderOverride(images, pins)
  const pinned = servicesOf(await composeModel({ ...files, 'compose.override.yaml': override }))

  const wanted = servicesOf(model)
  const differing = Object.keys(wanted).filter(
    (name) => JSON.stringify(wanted[name]) !== JSON.stringify(pinned[name]),
  )
  expect(
    differing.map((name) => ({ written: services[name], wanted: wanted[name], pinned: pinned[name] })),
    label,
  ).toEqual([])
})

test.each(['deploy: { replicas: 2 }', 'scale: 2, deploy: { replicas: 2 }'])(
  'with the override file, Compose has the hash of a service that says no number: %s',
  async (more) => {
    const alone = { 'compose.yaml': 'services: { web: { image: any } }' }
    const files = { 'compose.yaml': `services: { web: { image: any, ${more} } }` }
    const overrideOf = async (own: Readonly<Record<string, string>>): Promise<string> => {
      const model = await composeModel(own)
      const texts = { model, plainModel: model, stage: '/none', path: '/srv/shop' }
      const { pins, scales } = readAppModel({ ...texts, envFileHashes: new Map() })
      return renderOverride({ web: `any@sha256:${'0'.repeat(64)}` }, pins, { scales })
    }
    const hashOf = async (own: Readonly<Record<string, string>>): Promise<string> => {
      const pinned = { ...own, 'compose.override.yaml': await overrideOf(own) }
      expect(await composeModel(pinned)).toContain(own === files ? '"scale": 2' : '"web"')
      return (await composeConfig(pinned, {}, ['--hash', '*'])).stdout
    }
    expect(await hashOf(alone)).toMatch(/^web [0-9a-f]{64}/)
    expect(await hashOf(files)).toBe(await hashOf(alone))
  },
)
