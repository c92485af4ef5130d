// Stands for a third party's program: listens, keeps something on a volume, and also answers HTTP like a web tool.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'

const ports = (process.env.STORE_PORTS ?? process.env.PORT ?? '').split(',').map(Number)
const file = '/var/lib/store/born'

process.once('SIGTERM', () => process.exit(0))
console.log(`store of ${born()} listens on ${ports.join(', ')}`)
for (const port of ports) createServer((request, response) => void answer(request, response)).listen(port)
writeFileSync('/tmp/ready', 'yes\n')

async function answer(request, response) {
  response.setHeader('x-version', 'third')
  const url = new URL(request.url, 'http://localhost')
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  if (url.pathname === '/api/slow') await setTimeout(Math.min(Number(url.searchParams.get('ms')), 60_000))
  response.end(chunks.length > 0 ? Buffer.concat(chunks) : '{"status":"ok"}')
}

/** When its data was first there. */
function born() {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    const now = new Date().toISOString()
    try {
      mkdirSync('/var/lib/store', { recursive: true })
      writeFileSync(file, now)
    } catch (error) {
      console.error(`nothing is kept: ${error.message}`)
    }
    return now
  }
}
