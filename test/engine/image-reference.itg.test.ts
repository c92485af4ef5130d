import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { EngineClient } from '../../src/adapters/docker/engine-client.ts'
import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import {
  familiarName,
  parseImageReference,
  renderImageReference,
} from '../../src/deploy/model/image-reference.ts'
import { randomCases, textOf } from '../support/random-cases.ts'

const runner = new LocalRunner()
const client = new EngineClient(runner)
afterAll(async () => {
  client.close()
  await runner[Symbol.asyncDispose]()
})

/**
 * How the Engine writes a reference; undefined for one that it refuses. An image that is not there is asked for, which the
 * Engine answers with the name as it understood it.
 */
async function readByEngine(text: string): Promise<string | undefined> {
  const answer = await client.send({ method: 'POST', path: '/containers/create', body: { Image: text } })
  const { message } = JSON.parse(answer.text) as { message: string }
  if (answer.status === 400) return undefined
  expect(message).toMatch(/^No such image: /)
  return message.slice('No such image: '.length)
}

/** The same by dray: in full and as people write it, each read by the Engine. */
async function readByDray(text: string): Promise<(string | undefined)[] | undefined> {
  let reference
  try {
    reference = parseImageReference(text)
  } catch (error) {
    expect(error).toMatchObject({ code: 'IMAGE_INVALID' })
    return undefined
  }
  return Promise.all([readByEngine(renderImageReference(reference)), readByEngine(familiarName(reference))])
}

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

/**
 * Pieces of references, and of what spoils them. No piece has hexadecimal digits alone: the Engine would take it for the
 * beginning of the id of an image, which there may be.
 */
const pieces = [
  ...[
    'dray-none',
    'q',
    'Z',
    '0q',
    'x'.repeat(128),
    'library',
    'localhost',
    'LOCALHOST',
    'docker.io',
    'index.docker.io',
  ],
  ...[
    'ghcr.io',
    'registry-1.docker.io',
    '[::1]',
    '[fe80::1%25eth0]',
    '[',
    ']',
    '10.0.0.5',
    'é',
    '%',
    '+',
    ' ',
    '\n',
  ],
  ...[
    '.',
    '..',
    '_',
    '__',
    '___',
    '-',
    '--',
    '/',
    '//',
    ':',
    ':5000',
    ':5000/',
    '@',
    `@${digest}`,
    '@sha256:0',
  ],
  ...['https://', ':latest', ':V1.0_x-', ':.', ':-'],
]

/** A good reference with a piece put into it somewhere. */
const nearlyGood = fc
  .record({
    good: fc.constantFrom(
      'dray-none/app:1',
      'ghcr.io/dray-none/app:1',
      `localhost:5000/dray-none/a/b@${digest}`,
      `dray-none.example.com/app:1@${digest}`,
      'docker.io/library/dray-none',
    ),
    piece: fc.constantFrom(...pieces),
    at: fc.nat(),
  })
  .map(({ good, piece, at }) => {
    const place = at % (good.length + 1)
    return good.slice(0, place) + piece + good.slice(place)
  })

/** The host has an underscore: Docker's parser lets it pass, takes it for a path, and then asks no registry for it. */
const NO_HOST = /^(?=[^/]*[.:])[^/]*_[^/]*\//

test('a reference is read, or refused, as Docker Engine reads it', async () => {
  const { cases, label } = randomCases(
    fc.oneof(textOf(pieces, 6), nearlyGood).filter((text) => !NO_HOST.test(text)),
    1200,
  )
  const read = await Promise.all(
    cases.map(async (text) => {
      const byEngine = await readByEngine(text)
      return { text, byEngine, byDray: await readByDray(text) }
    }),
  )
  const differing = read.filter(
    ({ byEngine, byDray }) => byDray?.some((it) => it !== byEngine) ?? byEngine !== undefined,
  )
  expect(differing, label).toEqual([])
  expect(read.filter(({ byDray }) => byDray !== undefined).length).toBeGreaterThan(200)
  expect(read.filter(({ byDray }) => byDray === undefined).length).toBeGreaterThan(200)
})

test.each([
  [
    'a host with an underscore, which Docker cannot ask either',
    'gh_cr.io/dray-none/app:1',
    'gh_cr.io/dray-none/app:1',
  ],
  ['the id of an image, which no registry knows', 'a'.repeat(64), `sha256:${'a'.repeat(64)}`],
  [
    'a digest of SHA-512, which GHCR and Docker never make',
    `dray-none@sha512:${'0'.repeat(128)}`,
    `dray-none@sha512:${'0'.repeat(128)}`,
  ],
])('dray refuses %s', async (_, text, byEngine) => {
  expect(await readByEngine(text)).toBe(byEngine)
  expect(await readByDray(text)).toBeUndefined()
})
