import { createHash } from 'node:crypto'
import { clearInterval, setInterval } from 'node:timers'
import { version } from './version.js'

const open = new Set()

/** A WebSocket that receives the version each second: https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2 */
export function openLive(request, socket) {
  const key = request.headers['sec-websocket-key'] ?? ''
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  const head = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`]
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${head.join('\r\n')}\r\n\r\n`)
  const sendVersion = () =>
    socket.write(Buffer.concat([Buffer.of(0x81, version.length), Buffer.from(version)]))
  sendVersion()
  const timer = setInterval(sendVersion, 1000)
  open.add(socket)
  socket
    .on('error', () => undefined)
    .on('close', () => {
      clearInterval(timer)
      open.delete(socket)
    })
    .resume()
}

/** Ends the open WebSockets, so that their clients connect again. */
export function endLive() {
  for (const socket of open) socket.end(Buffer.of(0x88, 0))
}
