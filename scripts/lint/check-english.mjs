/**
 * `npm run check:english`: no banned phrase in the Markdown that is clean. With paths, in their Markdown and their code, clean
 * or not.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { ESLint } from 'eslint'
import tseslint from 'typescript-eslint'
import { englishConfig } from './english-config.mjs'
import { findInMarkdown } from './find-banned.mjs'
import { notYetClean } from './plain-english.mjs'

const paths = process.argv.slice(2)
const files = execFileSync('git', ['ls-files', '-z', '--', ...paths], { encoding: 'utf8' }).split('\0')
const found = [...checkMarkdown(), ...(paths.length === 0 ? [] : await checkCode())]
for (const line of found) console.log(line)
if (found.length > 0) console.log(`\n${found.length} phrases to replace.`)
process.exitCode = found.length === 0 ? 0 : 1

function checkMarkdown() {
  const isLeftOut = (file) => paths.length === 0 && notYetClean.some((it) => `${file}/`.startsWith(`${it}/`))
  return files
    .filter((file) => file.endsWith('.md') && !isLeftOut(file))
    .flatMap((file) =>
      findInMarkdown(readFileSync(file, 'utf8')).map(
        ({ line, column, message }) => `${file}:${line}:${column} ${message}`,
      ),
    )
}

async function checkCode() {
  const code = files.filter((file) => /\.m?[tj]s$/.test(file))
  // ESLint takes an empty list for everything.
  if (code.length === 0) return []
  const eslint = new ESLint({
    overrideConfigFile: true,
    overrideConfig: [
      { files: ['**/*.{ts,mts}'], languageOptions: { parser: tseslint.parser } },
      ...englishConfig([]),
    ],
  })
  const results = await eslint.lintFiles(code)
  return results.flatMap(({ filePath, messages }) =>
    messages
      .filter(({ ruleId }) => ruleId === 'english/plain-english')
      .map(
        ({ line, column, message }) =>
          `${filePath.slice(process.cwd().length + 1)}:${line}:${column} ${message}`,
      ),
  )
}
