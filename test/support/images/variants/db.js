// A database as third parties ship them: a TCP port, data on a declared volume, no health check of its own.
// One command a line: `SET key value`, `GET key`, `VERSION`.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

const file = '/var/lib/db/data.ndjson'
const values = new Map(existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(JSON.parse) : [])

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy())
  createInterface({ input: socket }).on('line', (line) => socket.write(`${execute(line.split(' '))}\n`))
})
process.once('SIGTERM', () => process.exit(0))
server.listen(5432, () => console.log(`db ${process.env.DB_VERSION} is ready, ${values.size} keys`))

function execute([command, key, ...words]) {
  if (command === 'VERSION') return process.env.DB_VERSION
  if (command === 'GET') return values.get(key) ?? ''
  if (command !== 'SET') return 'ERROR'
  const value = words.join(' ')
  values.set(key, value)
  appendFileSync(file, `${JSON.stringify([key, value])}\n`)
  return 'OK'
}
