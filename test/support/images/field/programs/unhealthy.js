// A release that listens as it should, and answers that it is not ready.
import { createServer } from 'node:http'

const server = createServer((_request, response) => {
  response.writeHead(503, { 'x-version': process.env.APP_VERSION, 'content-type': 'text/plain' })
  response.end('The database has no such column\n')
})
process.once('SIGTERM', () => process.exit(0))
server.listen(Number(process.env.PORT), () => console.error('waiting for the column orders.colour'))
