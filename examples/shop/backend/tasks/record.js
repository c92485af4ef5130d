import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { version } from '../version.js'

/** Where the app keeps its data: the named volume of the compose file. */
export const dataDirectory = process.env.SHOP_DATA ?? '/data'

/** Adds a line to `tasks.ndjson` on the volume: which task, by which version, when, and what it did. */
export async function record(task, facts) {
  const line = JSON.stringify({ task, version, at: new Date().toISOString(), ...facts })
  await appendFile(join(dataDirectory, 'tasks.ndjson'), `${line}\n`)
  console.log(line)
}
