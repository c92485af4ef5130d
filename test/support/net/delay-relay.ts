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

/** `firstMs` holds for the first piece only; later ones take half a round trip. Timers of equal delay keep their order. */
function pass(from: Socket, to: Socket, firstMs: number): void {
  let notBefore = Date.now() + firstMs
  const later = (act: () => void) => {
    const due = Math.max(Date.now() + roundTripMs / 2, notBefore)
    notBefore = due
    setTimeout(act, due - Date.now())
  }
  from.on('data', (chunk: Buffer) => later(() => void to.write(chunk)))
  from.on('end', () => later(() => void to.end()))
  from.on('close', () => later(() => void to.destroy()))
  from.on('error', () => undefined)
}
