/** `npm run check:english`: no banned phrase in any Markdown file. ESLint checks the code. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { findInMarkdown } from './find-banned.mjs'

const files = execFileSync('git', ['ls-files', '-z', '--', '*.md'], { encoding: 'utf8' })
const found = files
  .split('\0')
  .filter((file) => file !== '')
  .flatMap((file) =>
    findInMarkdown(readFileSync(file, 'utf8')).map(
      ({ line, column, message }) => `${file}:${line}:${column} ${message}`,
    ),
  )
for (const line of found) console.log(line)
if (found.length > 0) console.log(`\n${found.length} phrases to replace.`)
process.exitCode = found.length === 0 ? 0 : 1
