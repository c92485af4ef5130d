import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Metafile } from 'esbuild'
import { afterEach, describe, expect, test } from 'vitest'
import { bundle, root } from '../../scripts/bundle.mjs'
import { findPackages, renderNotices } from '../../scripts/third-party-notices.mjs'

/** Name, version, licence and its text, read without what is tested. */
async function packagesIn(metafile: Metafile) {
  const paths = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs))
  const directories = new Set(
    paths.flatMap((path) => {
      const [name, scope] = path.split('node_modules/').slice(1).at(-1)?.split('/') ?? []
      if (name === undefined) return []
      const end = name.startsWith('@') ? `${name}/${scope}` : name
      return path.slice(0, path.lastIndexOf('node_modules/') + 'node_modules/'.length + end.length)
    }),
  )
  return Promise.all(
    [...directories].map(async (directory) => {
      const path = join(root, directory)
      const manifest = JSON.parse(await readFile(join(path, 'package.json'), 'utf8')) as Manifest
      const file = (await readdir(path)).find((it) => it.toLowerCase().startsWith('license'))
      return { ...manifest, text: (await readFile(join(path, file ?? ''), 'utf8')).trim() }
    }),
  )
}

type Manifest = { name: string; version: string; license: string }

test('the licence of every package in the bundle is in the notices and in the bundle itself', async () => {
  const { code, notices, metafile } = await bundle()
  const packages = await packagesIn(metafile)
  expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(['commander', 'yaml', 'zod']))
  const comment = code.slice(code.lastIndexOf('\n/*\n'))
  expect(comment).toMatch(/^\n\/\*\ndray\n\n/)
  expect(comment.indexOf('*/')).toBe(comment.length - 3)
  expect(comment).toContain((await readFile(join(root, 'LICENSE'), 'utf8')).trim())
  for (const text of [notices, comment]) {
    for (const { name, version, license, text: licence } of packages)
      expect(text).toContain(`\n${name} ${version}, ${license}\n\n${licence}\n`)
    expect(text.match(/^-{80}$/gm)).toHaveLength(packages.length)
  }
})

describe('of packages made for it', () => {
  const directories: string[] = []
  afterEach(async () => {
    for (const it of directories.splice(0)) await rm(it, { recursive: true })
  })

  async function makePackages(files: Readonly<Record<string, string>>): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'dray-notices-'))
    directories.push(directory)
    for (const [path, text] of Object.entries(files)) {
      const full = join(directory, 'node_modules', path)
      await mkdir(dirname(full), { recursive: true })
      await writeFile(full, text)
    }
    return directory
  }

  const manifest = (name: string, license?: string): string =>
    JSON.stringify({ name, version: '1.0.0', license })

  const metafileOf = (...paths: string[]): Metafile => ({
    inputs: {},
    outputs: {
      'out.js': {
        bytes: 1,
        imports: [],
        exports: [],
        inputs: Object.fromEntries(paths.map((path) => [path, { bytesInOutput: 1 }])),
      },
    },
  })

  test('the notices are the same, in whatever order their files were bundled', async () => {
    const directory = await makePackages({
      '@a/b/package.json': manifest('@a/b', 'ISC'),
      '@a/b/LICENCE.md': 'Licence of b\r\n',
      'c/package.json': manifest('c', 'Apache-2.0'),
      'c/NOTICE': 'Notice of c\n',
      'c/LICENSE': 'Licence of c\n',
      'c/node_modules/d/package.json': manifest('d', 'MIT'),
      'c/node_modules/d/license': 'Licence of d\n',
    })
    const paths = [
      'src/main.ts',
      'node_modules/c/index.js',
      'node_modules/@a/b/lib/b.js',
      'node_modules/c/node_modules/d/d.js',
    ]
    const notices = renderNotices(await findPackages(metafileOf(...paths), directory))
    expect(notices).toBe(`This file contains code of these packages.

${'-'.repeat(80)}
@a/b 1.0.0, ISC

Licence of b

${'-'.repeat(80)}
c 1.0.0, Apache-2.0

Licence of c

Notice of c

${'-'.repeat(80)}
d 1.0.0, MIT

Licence of d
`)
    expect(renderNotices(await findPackages(metafileOf(...paths.reverse()), directory))).toBe(notices)
  })

  test('what tree shaking left out is not named', async () => {
    const metafile = metafileOf('src/main.ts')
    metafile.outputs['out.js']!.inputs['node_modules/a/index.js'] = { bytesInOutput: 0 }
    expect(await findPackages(metafile, await makePackages({}))).toEqual([])
  })

  test.each([
    [
      'without a file of its licence',
      'MIT',
      'a 1.0.0 is bundled, and has no file with the text of its licence.',
    ],
    [
      'under a licence that is not on the list',
      'GPL-3.0-only',
      'a 1.0.0 is bundled under the licence GPL-3.0-only: allowed are MIT, ISC, BSD-3-Clause, Apache-2.0.',
    ],
    [
      'without a licence',
      undefined,
      'a 1.0.0 is bundled under the licence undefined: allowed are MIT, ISC, BSD-3-Clause, Apache-2.0.',
    ],
  ])('a package %s fails the build', async (_, license, sentence) => {
    const directory = await makePackages({ 'a/package.json': manifest('a', license), 'a/NOTICE': 'Notice' })
    await expect(findPackages(metafileOf('node_modules/a/index.js'), directory)).rejects.toThrow(sentence)
  })
})
