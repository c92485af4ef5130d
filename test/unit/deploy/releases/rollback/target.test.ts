import { describe, expect, test } from 'vitest'
import type { Release } from '../../../../../src/deploy/model/release.ts'
import { chooseTarget } from '../../../../../src/deploy/releases/rollback-target.ts'
import { DrayError } from '../../../../../src/errors/dray-error.ts'

const HOUR = 3_600_000

/**
 * Releases as a line each day wrote them: `r2 v2`, deployed; `r4 =r2`, a rollback to r2; `r5 v5 >r2`, deployed while r2
 * served. Without `>` it follows the release before it. The part after `/` is the content, else the tag is.
 */
function records(...lines: string[]): Release[] {
  let serving: string | undefined
  return lines.map((line, index) => {
    const [id = '', what = '', after] = line.split(' ')
    const restores = what.startsWith('=') ? what.slice(1) : undefined
    const [tag = '', content = tag] = what.split('/')
    const image = restores === undefined ? content : (contents.get(restores) ?? '')
    contents.set(id, image)
    const follows = after === '>-' ? undefined : (after?.slice(1) ?? serving)
    serving = restores ?? id
    return {
      id,
      ...(restores === undefined ? { tag } : { restores }),
      ...(follows === undefined ? {} : { follows }),
      createdAtMs: index * HOUR,
      services: { app: { image } },
      files: {},
    } as unknown as Release
  })
}
const contents = new Map<string, string>()

const target = (releases: readonly Release[], wanted?: string): string =>
  chooseTarget({ releases, wanted, now: 30 * HOUR }).id

function refusal(releases: readonly Release[], wanted?: string): DrayError {
  try {
    target(releases, wanted)
  } catch (error) {
    if (error instanceof DrayError) return error
  }
  throw new Error('It was not refused.')
}

describe('without a name, a rollback goes', () => {
  test.each<[what: string, to: string, ...records: string[]]>([
    ['to the release before', 'r2', 'r1 v1', 'r2 v2', 'r3 v3'],
    ['past those that failed, which left no record', 'r2', 'r1 v1', 'r2 v2', 'r7 v3'],
    ['further back the second time', 'r1', 'r1 v1', 'r2 v2', 'r3 v3', 'r4 =r2'],
    [
      'from a release that was rolled back to by name, to what served before it',
      'r1',
      'r1 v1',
      'r2 v2',
      'r3 v3',
      'r4 =r1',
      'r5 =r2',
    ],
    ['from a release after a rollback, to what served then', 'r1', 'r1 v1', 'r2 v2', 'r3 =r1', 'r4 v4'],
    [
      'and from there further back, not to what was rolled back from',
      'r1',
      'r1 v1',
      'r2 v2',
      'r3 v3',
      'r4 =r2',
      'r5 v5',
      'r6 =r2',
    ],
    ['past a release with the same images and files', 'r1', 'r1 v1', 'r2 v2', 'r3 v2'],
    [
      'from records that do not say what they follow, by their numbers',
      'r2',
      'r1 v1 >-',
      'r2 v2 >-',
      'r3 v3 >-',
    ],
  ])('%s', (_what, to, ...lines) => {
    expect(target(records(...lines))).toBe(to)
  })

  test.each<[what: string, message: string, ...records: string[]]>([
    ['the first release', 'There is no archived release before r1 to roll back to.', 'r1 v1'],
    [
      'the oldest one, rolled back to',
      'There is no archived release before r1 to roll back to.',
      'r1 v1',
      'r2 v2',
      'r3 =r1',
    ],
    [
      'one whose forerunner is not kept',
      'There is no archived release before r9 to roll back to.',
      'r8 v8',
      'r9 v9 >r2',
    ],
    ['nothing', 'No release was deployed here yet, so there is nothing to roll back to.'],
  ])('nowhere from %s', (_what, message, ...lines) => {
    expect(refusal(records(...lines))).toMatchObject({ code: 'RELEASE_NONE_EARLIER', exitCode: 3, message })
  })
})

describe('by name, a rollback goes', () => {
  const releases = records('r1 v1', 'r2 v2', 'r3 v3', 'r4 =r2', 'r6 v3/other')

  test.each([
    ['to a release by its id', 'r1', 'r1'],
    ['to the original of a rollback', 'r4', 'r2'],
    ['to the newest release of a tag', 'v3', 'r6'],
    ['to the current one', 'r6', 'r6'],
  ])('%s', (_what, wanted, to) => {
    expect(target(releases, wanted)).toBe(to)
  })

  test('never to one that failed or is not kept; those that are kept are listed, with tag and age', () => {
    expect(refusal(releases, 'r5')).toMatchObject({
      code: 'RELEASE_UNKNOWN',
      exitCode: 3,
      message: 'Release r5 is not archived on the server, or never succeeded.',
      details: {
        problems: [
          'r6  v3  1 day ago, serving',
          'r3  v3  1 day ago',
          'r2  v2  1 day ago',
          'r1  v1  1 day ago',
        ],
      },
    })
  })

  test.each([
    ['the one before the current one', 'r2', ['r1 v1', 'r2 v2', 'r3 v3']],
    [
      'after a rollback, the one before the release that it put back',
      'r1',
      ['r1 v1', 'r2 v2', 'r3 v3', 'r4 =r2'],
    ],
    ['without one before it, the newest of the others', 'r3', ['r1 v1', 'r2 v2', 'r3 v3', 'r4 =r1']],
  ])('an unknown one suggests one that does not serve: %s', (_what, id, lines) => {
    expect(refusal(records(...lines), 'r99').hint).toBe(
      `Choose one of these: \`dray rollback ENVIRONMENT ${id}\``,
    )
  })

  test('an unknown one suggests a deploy where no other is kept', () => {
    expect(refusal(records('r1 v1'), 'r99').hint).toContain('`dray deploy ENVIRONMENT --tag TAG`')
    expect(refusal([], 'r99').hint).toBe('Deploy a release first.')
  })
})
