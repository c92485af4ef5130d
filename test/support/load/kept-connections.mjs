/**
 * Five clients that keep a connection each to a server on port 8000, while the program in the arguments runs. `quiet`: they send one
 * request each; `busy`: a POST each 60 ms, over the first connection alone; `local`: quiet, over 127.0.0.1. Prints what became of
 * them as JSON.
 */
import { spawn } from 'node:child_process'
import { Agent, createServer, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const [kind, program, ...args] = process.argv.slice(2)
const [host, localAddress] = kind === 'local' ? ['127.0.0.1', '127.0.0.1'] : ['10.9.0.1', '10.9.0.2']
const server = createServer((_, response) => response.end('here'))
server.keepAliveTimeout = 600_000
const open = new Set()
server.on('connection', (socket) => {
  open.add(socket)
  socket.on('close', () => open.delete(socket))
})
await new Promise((resolve) => server.listen(8000, resolve))

const seen = { requests: 0, failed: 0 }
const agents = Array.from({ length: 5 }, () => new Agent({ keepAlive: true, maxSockets: 1 }))

/** Whether the request went well, over a connection that was kept. */
function post(agent) {
  return new Promise((resolve) => {
    const sent = request({ method: 'POST', host, port: 8000, agent, localAddress }, (response) => {
      response.resume().on('end', () => resolve(true))
    })
    sent.on('error', () => {
      seen.failed += 1
      resolve(false)
    })
    seen.requests += 1
    sent.end('body')
  })
}

await Promise.all(agents.map(post))
const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
const ended = new Promise((resolve) => child.on('exit', resolve))
let exitCode
ended.then((code) => (exitCode = code))
if (kind === 'busy') {
  await Promise.all(
    agents.map(async (agent) => {
      // A client whose connection was closed would open another one.
      while (exitCode === undefined && Object.keys(agent.freeSockets).length > 0) {
        await post(agent)
        await sleep(60)
      }
    }),
  )
}
await ended
await sleep(100)
console.log(JSON.stringify({ exitCode, ...seen, stillOpen: open.size }))
process.exit(0)
