/** Writes the man pages into a directory: `tsx scripts/package/write-man-pages.ts DIRECTORY`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderManPages } from './render-man-page.ts'

const directory = process.argv[2] ?? ''
mkdirSync(directory, { recursive: true })
for (const [name, text] of renderManPages()) writeFileSync(join(directory, name), text)
