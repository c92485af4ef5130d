import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dataDirectory, record } from './record.js'

const wanted = 3
const file = join(dataDirectory, 'schema.json')

const from = await schemaVersion()
for (let next = from + 1; next <= wanted; next += 1) {
  console.log(`migrating the schema to ${next}`)
  await writeFile(`${file}.new`, JSON.stringify({ schema: next }))
  await rename(`${file}.new`, file)
}
await record('migrate', { from, to: Math.max(from, wanted) })

async function schemaVersion() {
  try {
    return JSON.parse(await readFile(file, 'utf8')).schema
  } catch (error) {
    if (error.code === 'ENOENT') return 0
    throw error
  }
}
