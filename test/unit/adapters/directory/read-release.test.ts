import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRelease, releaseIdsIn } from '../../../../src/adapters/directory/read-release.ts'
import { nextReleaseId } from '../../../../src/deploy/model/release.ts'
import { fakeRelease } from '../../../support/fake-status-observation.ts'

const sha256 = '0'.repeat(64)
const recordWith = (changes: object): string => JSON.stringify({ ...fakeRelease({ id: 'r1' }), ...changes })

test('a record is read as it was written', () => {
  const release = fakeRelease({
    id: 'r1',
    files: { 'nginx/a b.conf': sha256, '..data': sha256, '-n': sha256 },
  })
  expect(readRelease(JSON.stringify(release), '/srv/shop')).toEqual(release)
})

test.each([
  '../../home/deploy/.ssh/authorized_keys',
  'nginx/../../other/docker-compose.yml',
  '/etc/cron.d/shop',
  '.env',
  'nginx/.env.production',
  '.dray/lock',
  './docker-compose.yml',
  'nginx//default.conf',
  'a\nb',
  '',
  '.',
  '..',
])('a record that names the file %j is refused: a container may have written it', (path) => {
  expect(() => readRelease(recordWith({ files: { [path]: sha256 } }), '/srv/shop')).toThrow(
    expect.objectContaining({ code: 'RECORD_UNREADABLE' }) as Error,
  )
})

test.each([
  ['a digest that is none', { services: { app: { ...serviceOf('sha256:x;reboot') } } }],
  ['a release of another kind of name', { id: 'r1/../..' }],
  ['one to be restored that is none', { restores: '../r1' }],
  ['a file without its hash', { files: { a: 'hash' } }],
])('%s is refused', (_, changes) => {
  expect(() => readRelease(recordWith(changes), '/srv/shop')).toThrow(
    expect.objectContaining({ code: 'RECORD_UNREADABLE' }) as Error,
  )
})

test.each([
  ['none', undefined, undefined],
  ['one', { id: '3f2a1c9' }, { id: '3f2a1c9' }],
  [
    'one of a work tree with changes',
    { id: 'a'.repeat(64), isDirty: true },
    { id: 'a'.repeat(64), isDirty: true },
  ],
  ['one that is too short', { id: '3f2a1c' }, undefined],
  ['one that is too long', { id: 'a'.repeat(65) }, undefined],
  ['one with other characters', { id: '3f2a1c9\n' }, undefined],
  ['a text', '3f2a1c9', undefined],
])('the commit of a record with %s', (_, commit, expected) => {
  expect(readRelease(recordWith({ commit }), '/srv/shop').commit).toEqual(expected)
})

test('any text is a record or is refused, and its files are in the directory', () => {
  const path = fc.array(fc.constantFrom('..', '.', 'a', '/', '\n', '.env', '.dray', 'b c'), { maxLength: 6 })
  const record = path.map((parts) => recordWith({ files: { [parts.join('')]: sha256 } }))
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), record), (text) => {
      try {
        for (const name of Object.keys(readRelease(text, '/srv/shop').files)) {
          expect(new URL(name.replaceAll('%', '%25'), 'file:///srv/shop/').pathname).toMatch(
            /^\/srv\/shop\/./,
          )
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'RECORD_UNREADABLE' })
      }
    }),
  )
})

test('whatever a journal says, the release after it has an id that can be read', () => {
  const line = fc
    .oneof(
      fc.nat(),
      fc.maxSafeNat(),
      fc.bigInt({ min: 0n }),
      fc.constantFrom('1e9', '-1', '007', '9'.repeat(400)),
    )
    .map((number) => `{"release":"r${String(number)}"}`)
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string(), fc.json()), { maxLength: 40 }), (lines) => {
      const id = nextReleaseId(releaseIdsIn(lines.join('\n'), '/srv/shop'))
      expect(readRelease(recordWith({ id }), '/srv/shop').id).toBe(id)
    }),
  )
})

function serviceOf(digest: string): object {
  return { image: 'x', digest, replicas: 1, definitionHash: '', configHash: '' }
}

test.each([
  ['by a version that it names', { writtenBy: '1.2.3' }, 'dray 1.2.3 wrote'],
  ['by one that it does not name', {}, 'A newer version of dray wrote'],
  ['by a text that is no version', { writtenBy: '1.2.3; reboot' }, 'A newer version of dray wrote'],
  [
    'with fields that this version does not know',
    { services: [], images: {} },
    'A newer version of dray wrote',
  ],
])('a record of a newer format is refused: written %s', (_, fields, start) => {
  const text = JSON.stringify({ version: 2, ...fields })
  const failure = expect.objectContaining({
    code: 'RECORD_NEWER',
    message: expect.stringMatching(new RegExp(`^${start} records of format 2 in /srv/shop/.dray`)) as string,
  }) as Error
  expect(() => readRelease(text, '/srv/shop')).toThrow(failure)
  expect(() => releaseIdsIn(`{"release":"r1"}\n${text}`, '/srv/shop')).toThrow(failure)
})
