import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { packTar } from 'modern-tar'
import { describe, expect, test } from 'vitest'
import { createReleaseArchive, readJournal } from '../../../../src/adapters/directory/release-archive.ts'
import type { CommandRunner } from '../../../../src/adapters/host/command-runner.ts'
import type { BundleFile } from '../../../../src/deploy/model/ports.ts'
import { version } from '../../../../src/shared/version/version.ts'
import { fakeRelease } from '../../../support/fake-status-observation.ts'

const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')
const conf = Buffer.from('server {}')

/** What is read of a bundle, by a release that recorded `nginx.conf`. */
async function filesOf(bundle: Uint8Array): Promise<readonly BundleFile[]> {
  const stdout = Buffer.from(bundle).toString('base64')
  const run: CommandRunner['run'] = () => Promise.resolve({ exitCode: 0, stdout, stderr: '' })
  const archive = createReleaseArchive({ runner: { name: 'srv', run } as CommandRunner, path: '/srv/shop' })
  return archive.files(fakeRelease({ id: 'r1', files: { 'nginx.conf': sha256(conf) } }))
}

const tarOf = async (entries: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array> =>
  packTar(Object.entries(entries).map(([name, body]) => ({ header: { name, size: body.length }, body })))

describe('of the bundle of a release', () => {
  test('the files that were recorded are read, and nothing else', async () => {
    const bundle = await tarOf({ '../../etc/passwd': conf, '/etc/cron.d/x': conf, './nginx.conf': conf })
    expect((await filesOf(gzipSync(bundle))).map(({ path }) => path)).toEqual(['nginx.conf'])
  })

  test.each<[string, () => Promise<Uint8Array> | Uint8Array]>([
    ['what is packed to a thousandth', () => gzipSync(Buffer.alloc(200 * 1024 ** 2))],
    ['what is not packed', () => tarOf({ 'nginx.conf': conf })],
    ['one that is cut off', async () => gzipSync(await tarOf({ 'nginx.conf': conf })).subarray(0, 40)],
    ['one without the file', async () => gzipSync(await tarOf({ other: conf }))],
    [
      'one with another file in its place',
      async () => gzipSync(await tarOf({ 'nginx.conf': Buffer.from('x') })),
    ],
    ['what is no tar', () => gzipSync(Buffer.alloc(4096, 'x'))],
    ['nothing', () => new Uint8Array()],
  ])('%s is refused', async (_, bundle) => {
    await expect(filesOf(await bundle())).rejects.toMatchObject({
      code: 'RECORD_UNREADABLE',
      message: expect.stringContaining('differ from its record') as string,
    })
  })

  test('one with any bytes changed gives the file as it was, or is refused', async () => {
    const bundle = await tarOf({ 'nginx.conf': conf })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(bundle.length - 1), fc.nat(255))), async (changes) => {
        const changed = Uint8Array.from(bundle)
        for (const [at, byte] of changes) changed[at] = byte
        try {
          expect(Buffer.from((await filesOf(gzipSync(changed)))[0]?.content ?? [])).toEqual(conf)
        } catch (error) {
          expect(error).toMatchObject({ code: 'RECORD_UNREADABLE' })
        }
      }),
    )
  })
})

test('invalid lines of a journal are skipped', () => {
  const line = (fields: object): string =>
    JSON.stringify({ version: 1, at: 5, release: 'r1', event: 'deploy.started', ...fields })
  const good = line({})
  const bad = [
    ...[
      { version: 0 },
      { version: '2' },
      { at: 1e300 },
      { at: -1 },
      { at: null },
      { release: 'r1/..' },
      { release: `r${'9'.repeat(30)}` },
    ].map(line),
    ...[good.slice(0, -1), '', 'null', '[]', '['.repeat(100_000), '"', '\u0000'],
  ]
  expect(readJournal([...bad, good, ...bad].join('\n'), '/srv/shop')).toEqual([JSON.parse(good)])
})

test('a line of a newer format is refused, with the version that wrote it', () => {
  const text = '{"version":2,"writtenBy":"0.4.0","release":{"id":"r1"}}\n'
  expect(() => readJournal(text, '/srv/shop')).toThrow(
    expect.objectContaining({
      code: 'RECORD_NEWER',
      message: `dray 0.4.0 wrote records of format 2 in /srv/shop/.dray. This is dray ${version}, which reads formats up to 1. Nothing was changed.`,
      hint: 'Use dray 0.4.0 or newer: `npx dray@0.4.0`. docs/upgrade.md has the other ways.',
    }) as Error,
  )
})
