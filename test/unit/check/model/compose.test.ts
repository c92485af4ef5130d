import { describe, expect, test } from 'vitest'
import {
  buildOf,
  envFilesOf,
  mountsOf,
  publishedPorts,
  readComposeApp,
  type Service,
} from '../../../../src/check/model/compose.ts'
import { parseYamlTree } from '../../../../src/check/parse/yaml-tree.ts'

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

  test('8080 is one inside only', () => {
    expect(publishedPorts(serviceOf('ports: ["8080"]'))).toEqual([])
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
