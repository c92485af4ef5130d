import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { version } from './version.js'

const largestBodyBytes = 64 * 1024
const ordersKept = 20
const orders = [
  { id: 1, item: 'A pair of wheels' },
  { id: 2, item: 'Rope, 20 m' },
]

export const routes = {
  'GET /api/health': (request, response) => sendJson(response, 200, { status: 'ok' }),
  'GET /api/version': (request, response) => sendJson(response, 200, { version, container: hostname() }),
  'GET /api/orders': (request, response) => sendJson(response, 200, orders),
  'POST /api/orders': takeOrder,
  'GET /api/slow': answerSlowly,
  'POST /api/slow': answerSlowly,
}

async function takeOrder(request, response) {
  const body = await readBody(request)
  let order
  try {
    order = JSON.parse(body)
  } catch {
    return sendJson(response, 400, { error: 'The body is not JSON.' })
  }
  orders.push(order)
  if (orders.length > ordersKept) orders.shift()
  sendJson(response, 201, order)
}

async function answerSlowly(request, response, url) {
  const ms = Math.min(Number(url.searchParams.get('ms') ?? 2000), 60_000)
  const body = await readBody(request)
  await delay(ms)
  sendJson(response, 200, { version, ms, bodyBytes: body.length })
}

async function readBody(request) {
  const chunks = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > largestBodyBytes) throw new Error('the body is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function sendJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}
