/** Passes TCP connections on after a delay each way: PORT TARGET-PORT ROUND-TRIP-MS. Not every kernel has netem. */
import { connect, createServer, type Socket } from 'node:net'

const [port = 0, targetPort = 0, roundTripMs = 0] = process.argv.slice(2).map(Number)

const server = createServer({ noDelay: true, allowHalfOpen: true }, (incoming) => {
  // A connection is made after one round trip.
  const outgoing = connect({ port: targetPort, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
  pass(incoming, outgoing, roundTripMs)
  pass(outgoing, incoming, roundTripMs / 2)
})
server.listen(port, '0.0.0.0', () => process.stdout.write('ready\n'))

/** `firstMs` holds for the first piece only; later ones take half a round trip. */
function pass(from: Socket, to: Socket, firstMs: number): void {
  let notBefore = Date.now() + firstMs
  // In one queue with one timer: two timers that are a millisecond apart may fire in either order.
  const waiting: { dueMs: number; act: () => void }[] = []
  const later = (act: () => void) => {
    notBefore = Math.max(Date.now() + roundTripMs / 2, notBefore)
    waiting.push({ dueMs: notBefore, act })
    if (waiting.length === 1) setTimeout(passDue, notBefore - Date.now())
  }
  const passDue = () => {
    while (waiting[0] !== undefined && waiting[0].dueMs <= Date.now()) waiting.shift()?.act()
    if (waiting[0] !== undefined) setTimeout(passDue, waiting[0].dueMs - Date.now())
  }
  from.on('data', (chunk: Buffer) => later(() => void to.write(chunk)))
  from.on('end', () => later(() => void to.end()))
  from.on('close', () => later(() => void to.destroy()))
  from.on('error', () => undefined)
}
