import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPackages } from '../../../../src/adapters/github/packages.ts'
import { Secret } from '../../../../src/shared/secrets/secret.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const digest = `sha256:${'a'.repeat(64)}`
const version = (id: unknown, changes: object = {}): object => ({
  ...{ id, name: digest, created_at: '2026-01-01T00:00:00Z', metadata: { container: { tags: ['v1'] } } },
  ...changes,
})
const tagged = (...tags: unknown[]): object => ({ metadata: { container: { tags } } })
const pageFrom = (first: number): object[] =>
  Array.from({ length: 100 }, (_, index) => version(first + index))

/** The packages of an API that says `type` of every owner and answers a page of versions with what `pages` gives. */
function packagesOf(pages: (page: number) => string, status = 200) {
  const asked: string[] = []
  const packages = createPackages({
    http: ({ url }) => {
      asked.push(url)
      const page = Number(new URL(url).searchParams.get('page'))
      const text = page === 0 ? '{"type":"User"}' : pages(page)
      const body = new TextEncoder().encode(text)
      return Promise.resolve({ status: page === 0 ? 200 : status, headers: new Headers(), body })
    },
    apiUrl: 'https://api.github.com',
    owner: 'acme',
    token: new Secret('t'),
    clock: new FakeClock(),
  })
  return { asked, versions: () => packages.versions('shop', new AbortController().signal) }
}

describe('an answer of GitHub that means no good is refused:', () => {
  test.each<[string, unknown]>([
    ['a number of a version that leads elsewhere', [version('1/../../other')]],
    ['one that is none', [version(1.5)]],
    ['one below zero', [version(-1)]],
    ['a tag that a terminal would obey', [version(1, tagged('\u001b[2Jv1'))]],
    ['a tag of 200 characters', [version(1, tagged('v'.repeat(200)))]],
    ['a name that is no digest', [version(1, { name: 'sha256:../..' })]],
    ['more versions on a page than were asked for', [...pageFrom(1), version(101)]],
    ['an object in place of a list', { 0: version(1), length: 1 }],
  ])('%s', async (_, answer) => {
    const { versions } = packagesOf(() => JSON.stringify(answer))
    await expect(versions()).rejects.toMatchObject({ code: 'PACKAGES_FAILED' })
  })

  test('the same page for every page, at the second one', async () => {
    const { versions, asked } = packagesOf(() => JSON.stringify(pageFrom(1)))
    await expect(versions()).rejects.toMatchObject({
      code: 'PACKAGES_FAILED',
      message: 'api.github.com returned the same versions of shop repeatedly.',
    })
    expect(asked).toHaveLength(3)
  })

  test('pages without end', async () => {
    const { versions, asked } = packagesOf((page) => JSON.stringify(pageFrom(page * 100)))
    await expect(versions()).rejects.toMatchObject({
      message: 'api.github.com returned more than 1000 pages of versions of shop.',
    })
    expect(asked).toHaveLength(1001)
  })
})

test('a version that a push moved to the next page counts once', async () => {
  const { versions } = packagesOf((page) =>
    JSON.stringify(page === 1 ? pageFrom(1) : [version(100), version(101)]),
  )
  expect((await versions())?.map(({ id }) => id)).toEqual(
    Array.from({ length: 101 }, (_, index) => index + 1),
  )
})

test('an error of GitHub is shortened', async () => {
  const { versions } = packagesOf(() => JSON.stringify({ message: 'no'.repeat(1_000_000) }), 403)
  const failure = await versions().catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'PACKAGES_DENIED' })
  expect((failure as Error).message.length).toBeLessThan(700)
})

test('any answer is read or refused as one that is not known', async () => {
  const near = fc.array(
    fc.record(
      {
        id: fc.oneof(fc.nat(), fc.jsonValue()),
        name: fc.oneof(fc.constant(digest), fc.jsonValue()),
        created_at: fc.oneof(fc.string(), fc.jsonValue()),
        metadata: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 4 },
  )
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    near.map((it) => JSON.stringify(it)),
    fc.constantFrom('['.repeat(100_000), '['.repeat(100_000) + ']'.repeat(100_000), '{"a":'.repeat(50_000)),
  )
  await fc.assert(
    fc.asyncProperty(text, async (answer) => {
      try {
        for (const { createdAtMs } of (await packagesOf(() => answer).versions()) ?? [])
          expect(createdAtMs).not.toBeNaN()
      } catch (error) {
        expect(error).toMatchObject({ code: 'PACKAGES_FAILED' })
      }
    }),
  )
})
