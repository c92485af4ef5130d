import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'

const types = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript' }
const publicDirectory = join(import.meta.dirname, 'public')

/** Sends a file of `public`, which is there in the production image only; 404 if there is none. */
export async function serveStatic(response, pathname) {
  const file = join(publicDirectory, normalize(pathname === '/' ? '/index.html' : pathname))
  try {
    const content = await readFile(file)
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' })
    response.end(content)
  } catch {
    response.writeHead(404, { 'content-type': 'text/plain' })
    response.end('Not found\n')
  }
}
