import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

const port = Number(process.env.PORT ?? 3000)
const version = process.env.APP_VERSION ?? 'dev'
const types = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript' }
let closing = false

const server = createServer(async (request, response) => {
  response.setHeader('x-version', version)
  if (closing) response.setHeader('connection', 'close')
  const { pathname } = new URL(request.url, 'http://localhost')
  const file = join(import.meta.dirname, 'dist', normalize(pathname === '/' ? '/index.html' : pathname))
  try {
    const content = await readFile(file)
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' })
    response.end(content)
  } catch {
    response.writeHead(404, { 'content-type': 'text/plain' })
    response.end('Not found\n')
  }
})

process.once('SIGTERM', () => {
  closing = true
  server.close(() => process.exit(0))
  server.closeIdleConnections()
})

server.listen(port, () => console.log(`shop frontend ${version} listens on port ${port}`))
