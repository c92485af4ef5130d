import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { version } from '../version.js'
import { dataDirectory, record } from './record.js'

const pages = ['Placing an order', 'Returning a cart', 'Opening hours']

await writeFile(join(dataDirectory, 'manual.json'), JSON.stringify({ version, pages }, null, 2))
await record('sync-manual', { pages: pages.length })
