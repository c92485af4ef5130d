import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { endLive, openLive } from './live.js'
import { routes } from './routes.js'
import { serveStatic } from './static.js'
import { version } from './version.js'

const port = Number(process.env.PORT ?? 8000)
const startMs = Number(process.env.SHOP_START_MS ?? 1500)
let closing = false

const server = createServer((request, response) => {
  response.setHeader('x-version', version)
  // A proxy that keeps this connection open would otherwise delay the exit.
  if (closing) response.setHeader('connection', 'close')
  answer(request, response).catch((error) => {
    console.error(`${request.method} ${request.url} failed: ${error.message}`)
    if (!response.headersSent) response.writeHead(500)
    response.end()
  })
})

server.on('upgrade', (request, socket) => {
  if (request.url === '/api/live') openLive(request, socket)
  else socket.destroy()
})

process.once('SIGTERM', () => {
  if (process.env.SHOP_EXIT === 'at-once') process.exit(0)
  console.log('SIGTERM: finishing the requests in flight')
  closing = true
  if (!server.listening) process.exit(0)
  server.close(() => process.exit(0))
  server.closeIdleConnections()
  endLive()
})

console.log(`shop backend ${version} is starting`)
// Simulates the caches that a real app fills and the connections it opens before it can serve.
await delay(startMs)
server.listen(port, () => console.log(`shop backend ${version} listens on port ${port}`))

async function answer(request, response) {
  const url = new URL(request.url, 'http://localhost')
  const route = routes[`${request.method} ${url.pathname}`]
  if (route) return route(request, response, url)
  return serveStatic(response, url.pathname)
}
