import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'

const socketPath = '/var/run/docker.sock'
const filters = encodeURIComponent(JSON.stringify({ type: ['container'] }))

/** Tells the containers that run, inspected: now, and after each event that counts. */
export async function watchContainers(tell) {
  for (;;) {
    try {
      const events = await open(`/events?filters=${filters}`)
      tell(await inspectAll())
      for await (const line of createInterface({ input: events })) {
        if (counts(JSON.parse(line).Action)) tell(await inspectAll())
      }
    } catch (error) {
      console.error(`Docker does not answer: ${error.message}`)
    }
    await setTimeout(500)
  }
}

/** Whether an event has the containers listed again: not `kill`, not `stop`, no restart of a network. */
export function counts(action) {
  return action === 'start' || action === 'die' || action.startsWith('health_status')
}

async function inspectAll() {
  const listed = await ask('/containers/json')
  const inspected = await Promise.all(
    listed.map(({ Id: id }) => ask(`/containers/${id}/json`).catch(() => undefined)),
  )
  return inspected.filter((it) => it !== undefined)
}

async function ask(path) {
  let text = ''
  for await (const chunk of await open(path)) text += chunk
  return JSON.parse(text)
}

function open(path) {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: `/v1.41${path}` }, (response) => {
      response.setEncoding('utf8')
      if (response.statusCode === 200) return resolve(response)
      response.resume()
      reject(new Error(`${response.statusCode} for ${path}`))
    })
    asked.on('error', reject)
    asked.end()
  })
}
