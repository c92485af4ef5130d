// Listens as it should, and says forever that it is not ready.
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  response.writeHead(503, { 'x-version': process.env.APP_VERSION, 'content-type': 'text/plain' })
  response.end('The database has no such column\n')
})
process.once('SIGTERM', () => process.exit(0))
server.listen(8000, () => console.error('shop backend: waiting for the column orders.colour'))
