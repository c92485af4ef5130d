import { describe, expect, test } from 'vitest'
import {
  buildOf,
  envFilesOf,
  mountsOf,
  publishedPorts,
  readComposeApp,
  type Service,
} from '../../../../src/check/model/compose.ts'
import { parseYamlTree, plainValue } from '../../../../src/check/parse/yaml-tree.ts'

/** The one service of compose files in the directory `app`, each given as what it says of the service. */
function serviceOf(...texts: readonly string[]): Service {
  const files = texts.map((text, index) => {
    const file = { path: `app/${index}.yml`, text: `services:\n  web:\n    ${text}\n` }
    return { file, root: parseYamlTree(file).root }
  })
  const [service] = readComposeApp(files, undefined).services
  if (service === undefined) throw new Error('There is no service.')
  return service
}

describe('a published port', () => {
  test.each([
    ['80:8080', '', '80', '8080'],
    ['127.0.0.1:80:8080/tcp', '127.0.0.1', '80', '8080'],
    ['${PORT:-80}:8080', '', '80', '8080'],
    ['${ADDRESS:-127.0.0.1}:${PORT-80}:8080', '127.0.0.1', '80', '8080'],
    ['${PORT:-${HTTP_PORT:-80}}:8080', '', '80', '8080'],
    ['${PORT}:8080', '', '…', '8080'],
    ['$PORT:8080', '', '…', '8080'],
    ['${PORT:?the port}:8080', '', '…', '8080'],
    ['${PORT:+80}:8080', '', '…', '8080'],
  ])('%s', (text, address, published, target) => {
    expect(publishedPorts(serviceOf(`ports: ["${text}"]`))).toMatchObject([{ address, published, target }])
  })

  test.each([
    ['8080', '', '', '8080', 'tcp'],
    ['127.0.0.1::8080', '127.0.0.1', '', '8080', 'tcp'],
    ['53:53/udp', '', '53', '53', 'udp'],
    ['6379-6380:6379-6380', '', '6379-6380', '6379-6380', 'tcp'],
    ['[::1]:80:8080', '[::1]', '80', '8080', 'tcp'],
  ])('%s', (text, address, published, target, protocol) => {
    expect(publishedPorts(serviceOf(`ports: ["${text}"]`))).toMatchObject([
      { address, published, target, protocol },
    ])
  })

  test('in the long form', () => {
    expect(publishedPorts(serviceOf('ports: [{ target: 80, host_ip: "${IP:-127.0.0.1}" }]'))).toMatchObject([
      { address: '127.0.0.1', published: '', target: '80', protocol: 'tcp' },
    ])
  })
})

describe('files that are merged', () => {
  const read = (...texts: string[]): unknown => plainValue(serviceOf(...texts).definition)

  test('join lists and maps, and the later one decides', () => {
    expect(
      read(
        '{ image: a, ports: ["1:1"], command: [a, b], environment: { A: 1, B: 2 }, healthcheck: { test: [x], interval: 5s } }',
        '{ ports: ["2:2"], command: [c], environment: { B: 3 }, healthcheck: { test: [y] } }',
      ),
    ).toEqual({
      image: 'a',
      ports: ['1:1', '2:2'],
      command: ['c'],
      environment: { A: '1', B: '3' },
      healthcheck: { test: ['y'], interval: '5s' },
    })
  })

  test('have nothing of what `!reset` marks, and only what `!override` marks', () => {
    expect(
      read(
        '{ image: a, container_name: b, ports: ["1:1"], environment: { A: 1, B: 2 }, volumes: [a:/a] }',
        '{ container_name: !reset null, ports: !override ["2:2"], environment: { A: !reset null }, volumes: !reset [] }',
      ),
    ).toEqual({ image: 'a', ports: ['2:2'], environment: { B: '2' } })
  })

  test('have no service that a later one resets', () => {
    const files = ['{ image: a }', '!reset null'].map((text, index) => {
      const file = { path: `${index}.yml`, text: `services:\n  web: ${text}\n` }
      return { file, root: parseYamlTree(file).root }
    })
    expect(readComposeApp(files, undefined).services).toEqual([])
  })

  test('of two mounts at one place have the later one', () => {
    expect(mountsOf(serviceOf('volumes: [a:/data]', 'volumes: [b:/data]'))).toMatchObject([{ source: 'b' }])
  })
})

describe('a mount', () => {
  test.each([
    ['data:/data', 'data', '/data'],
    ['./conf:/conf:ro', './conf', '/conf'],
    ['/data', undefined, '/data'],
    ['/data:ro', undefined, '/data'],
    ['${DATA:-./data}:/data', '${DATA:-./data}', '/data'],
    ['${DATA:-${HOME:-/root}/data}:/data', '${DATA:-${HOME:-/root}/data}', '/data'],
  ])('%s', (text, source, target) => {
    expect(mountsOf(serviceOf(`volumes: ["${text}"]`))).toMatchObject([{ source, target }])
  })
})

describe('env files', () => {
  test.each([
    ['env_file: a.env', ['app/a.env']],
    ['env_file: [./a.env, { path: ../b.env }]', ['app/a.env', 'b.env']],
    ['env_file: [1, [], /etc/c.env]', ['app/1']],
    ['image: x', []],
  ])('of `%s`', (text, found) => {
    expect(envFilesOf(serviceOf(text))).toEqual(found)
  })

  test.each(['null', '[b.env]'])('are gone after `!reset %s`', (value) => {
    expect(envFilesOf(serviceOf('env_file: a.env', `env_file: !reset ${value}`))).toEqual([])
  })
})

describe('a build', () => {
  test.each<[string, ReturnType<typeof buildOf>]>([
    ['build: .', { context: 'app', dockerfile: 'app/Dockerfile', target: undefined }],
    [
      'build: { context: web, dockerfile: ../Dockerfile.web, target: final }',
      { context: 'app/web', dockerfile: 'app/Dockerfile.web', target: 'final' },
    ],
    ['build: { target: final }', { context: 'app', dockerfile: 'app/Dockerfile', target: 'final' }],
    ['build: ../..', undefined],
    ['build: [web]', undefined],
    ['build:', undefined],
    ['image: x', undefined],
  ])('of `%s`', (text, found) => {
    expect(buildOf(serviceOf(text))).toEqual(found)
  })
})
