// An API gateway of the app's own: passes each request on to one service, which it finds by its name, and has a version of its own.
import { createServer, request as send } from 'node:http'

const upstream = new URL(process.env.UPSTREAM)

const server = createServer((request, response) => {
  response.setHeader('x-gateway', process.env.APP_VERSION)
  if (request.url === '/api/health') return response.end('{"status":"ok"}')
  const passed = send(upstream, {
    path: request.url,
    method: request.method,
    headers: { ...request.headers, host: upstream.host, connection: 'close' },
  })
  passed.on('response', (answer) => {
    response.writeHead(answer.statusCode, withoutConnection(answer.headers))
    answer.pipe(response)
    answer.on('error', () => response.destroy())
  })
  passed.on('error', (error) => {
    if (response.headersSent) return response.destroy()
    response.writeHead(502)
    response.end(`${error.message}\n`)
  })
  request.pipe(passed)
})
process.once('SIGTERM', () => process.exit(0))
server.listen(Number(process.env.PORT), () => console.log(`gateway ${process.env.APP_VERSION} listens`))

const ofConnection = ['connection', 'keep-alive']

/** Headers but for those of one connection. */
function withoutConnection(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.includes(name)))
}
