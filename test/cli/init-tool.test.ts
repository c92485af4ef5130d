import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { OwnProgram } from '../../src/cli/command/own-program.ts'
import { chooseTool } from '../../src/cli/commands/set-up/choose-tool.ts'
import { makeProject } from '../support/make-project.ts'

const integrity = `sha512-${'A'.repeat(86)}==`
const reference = `acme/dray@${'a'.repeat(40)} # v1.2.3`
const file = { kind: 'file', path: 'tools/dray.mjs' }
const npm = { kind: 'npm', version: expect.any(String) as string, integrity }

/** A directory in which npm has installed dray, with what npm notes about it. */
async function installed(lock: object): Promise<OwnProgram> {
  const directory = path.join(await makeProject({}), 'node_modules/dray')
  await mkdir(directory, { recursive: true })
  await writeFile(path.join(directory, '../.package-lock.json'), JSON.stringify(lock))
  return { kind: 'npm', directory }
}

const byNpm = (): Promise<OwnProgram> => installed({ packages: { 'node_modules/dray': { integrity } } })
const contextOf = async (files = {}): Promise<{ cwd: string; signal: AbortSignal }> => ({
  cwd: await makeProject(files),
  signal: new AbortController().signal,
})

describe('the workflows run dray', () => {
  test('by the package if npm installed it, with the checksum that npm checked', async () => {
    expect(await chooseTool({}, await contextOf(), await byNpm())).toEqual(npm)
  })

  test('by the file that a repository already has', async () => {
    const context = await contextOf({ 'tools/dray.mjs': '' })
    expect(await chooseTool({}, context, await byNpm())).toEqual(file)
    expect(await chooseTool({ with: 'npx' }, context, await byNpm())).toEqual(npm)
  })

  test.each<OwnProgram>([
    { kind: 'executable', path: '/usr/local/bin/dray' },
    { kind: 'file', path: '/app/tools/dray.mjs' },
  ])('by a file if it was started as $kind', async (own) => {
    expect(await chooseTool({}, await contextOf(), own)).toEqual(file)
  })

  test('as the options say', async () => {
    const own = await byNpm()
    const context = await contextOf()
    expect(await chooseTool({ with: 'file' }, context, own)).toEqual(file)
    for (const more of [{}, { with: 'action' }] as const)
      expect(await chooseTool({ action: reference, ...more }, context, own)).toEqual({
        kind: 'action',
        uses: reference,
      })
  })
})

describe('is refused:', () => {
  test.each([
    ['an action without its name', { with: 'action' }, /`--with action` needs the action and its commit\./],
    [
      'two ways at once',
      { with: 'npx', action: reference },
      /--action and `--with npx` exclude each other\./,
    ],
    ['a tag', { action: 'acme/dray@v1' }, /`acme\/dray@v1` of --action does not name a commit/],
  ] as const)('%s', async (_, options, message) => {
    const refused = chooseTool(options, await contextOf(), await byNpm())
    await expect(refused).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(message) as string,
    })
  })

  test('a package whose checksum nothing names', async () => {
    const own = await installed({ packages: {} })
    // The closed port stands for a registry that does not answer.
    const context = await contextOf({ '.npmrc': 'registry=http://127.0.0.1:9/\nfetch-retries=0\n' })
    await expect(chooseTool({ with: 'npx' }, context, own)).rejects.toMatchObject({
      code: 'INIT_NO_CHECKSUM',
    })
  })
})
