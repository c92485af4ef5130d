import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listLinkedFiles } from '../../../scripts/site/broken-links.ts'
import { root } from '../../../scripts/site/pages.ts'
import { findCodeBlocks } from '../../support/docs/code-blocks.ts'
import { findDrayCommands, findDrayMentions } from '../../support/docs/dray-commands.ts'
import { parseCommandLine } from '../../support/docs/parse-command-line.ts'
import { typedElsewhere, typedPages } from '../../support/docs/typed-pages.ts'

const read = (file: string): string => readFileSync(join(root, file), 'utf8')
/** The reference shows how a command is called, with names such as ENVIRONMENT; test/cli/help.test.ts has its examples. */
const pages = listLinkedFiles().filter((file) => file !== 'docs/commands.md')
const withCommands = pages.filter((file) => findDrayCommands(read(file)).length > 0)

/** `dray --version` prints and ends the parser; test/cli/version.test.ts has what may follow. */
const isVersion = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'commander.version'

test.each(withCommands)('the command line understands every command of %s', async (file) => {
  const refused: string[] = []
  for (const { words, line } of findDrayCommands(read(file))) {
    const why = await parseCommandLine(words).then(
      () => undefined,
      (error: unknown) => (isVersion(error) ? undefined : String(error)),
    )
    if (why !== undefined) refused.push(`${file}:${line}: dray ${words.join(' ')}: ${why}`)
  }
  expect(refused).toEqual([])
})

test('no page mentions a command or an option that does not exist', async () => {
  const refused: string[] = []
  let count = 0
  for (const file of listLinkedFiles()) {
    for (const words of findDrayMentions(read(file))) {
      count += 1
      const why = await parseCommandLine(words).then(
        () => undefined,
        (error: unknown) => error as { code?: string; message: string },
      )
      // `dray deploy --expect` names an option without its value, `dray help` prints.
      const isFine =
        why === undefined || /^commander\.(?:optionMissingArgument|help|version)$/.test(why.code ?? '')
      if (!isFine) refused.push(`${file}: dray ${words.join(' ')}: ${why.message}`)
    }
  }
  expect(refused).toEqual([])
  expect(count).toBeGreaterThan(100)
})

test('most pages have commands, and all ways to start dray count', () => {
  expect(withCommands.length).toBeGreaterThan(20)
  const page =
    '```sh\ndray plan a\nX=1 npx dray deploy b | tee log\nexec node tools/dray.mjs status c\necho dray\n```\n'
  expect(findDrayCommands(page)).toEqual([
    { words: ['plan', 'a'], line: 2 },
    { words: ['deploy', 'b'], line: 3 },
    { words: ['status', 'c'], line: 4 },
  ])
})

test('every page with commands is typed by a test', () => {
  const hasScript = (file: string): boolean =>
    findCodeBlocks(read(file)).some(({ language }) => language === 'sh')
  const found = listLinkedFiles()
    .filter((file) => file.startsWith('docs/') && hasScript(file))
    .map((file) => file.slice('docs/'.length))
  expect([...typedPages, ...Object.keys(typedElsewhere)].toSorted()).toEqual(found.toSorted())
  expect(Object.values(typedElsewhere).filter((file) => !existsSync(join(root, file)))).toEqual([])
})
