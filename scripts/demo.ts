/**
 * The demo: the sample app is deployed by dray on this machine's own Docker Engine, replaced under load, and saved from a
 * broken release. `npm run demo`, `npm run demo -- --keep`, `npm run demo -- --remove`.
 *
 * Exit codes: 0 all went as told; 1 it did not; 2 wrong arguments; 130 stopped by Ctrl-C.
 */
import { drayProgram } from './demo/run-dray.ts'
import { planTraces, play } from './demo/play.ts'
import { createScreen } from './demo/screen.ts'
import { noteTraces, readTraces, removeTraces, type Traces } from './demo/traces.ts'

const usage = `Usage: npm run demo [-- --keep | --remove]

  --keep    leave the app running at the end
  --remove  take away what a demo has left
`

const screen = createScreen(process.stdout, process.env)
const stopping = new AbortController()
let interrupts = 0
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop(name))

const exitCode = await main(process.argv.slice(2))
// What was stopped halfway, such as a build, need not be waited for.
process.exit(exitCode)

async function main(args: readonly string[]): Promise<number> {
  const [option, ...more] = args
  if (more.length > 0 || ![undefined, '--keep', '--remove'].includes(option)) {
    process.stderr.write(usage)
    return 2
  }
  try {
    await removeEarlier(option === '--remove')
    return option === '--remove' ? 0 : await demonstrate(option === '--keep')
  } catch (error) {
    screen.keepFooter()
    screen.say()
    screen.say(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  }
}

async function demonstrate(keep: boolean): Promise<number> {
  screen.say(
    'dray deploys a Docker Compose app to a server and loses no request. Here the server is this machine:',
  )
  screen.say(
    'a sample app is deployed, replaced by its next version under load, and saved from a broken release.',
  )
  screen.say('It takes about a minute; Ctrl-C ends it and takes everything away.')
  const traces = planTraces()
  await noteTraces(traces)
  let kept = false
  try {
    const { asTold, url } = await play(traces, screen, stopping.signal)
    screen.say()
    screen.say(asTold ? 'All went as told.' : 'Not all went as told: see the lines marked above.')
    kept = keep
    if (kept) {
      await noteTraces({ ...traces, ended: true })
      sayWhereItIs(traces, url)
    }
    return asTold ? 0 : 1
  } catch (error) {
    if (!stopping.signal.aborted) throw error
    return 130
  } finally {
    if (!kept) await takeAway(traces)
  }
}

/** What is left of a demo that was kept, or killed. One that still goes on is left alone. */
async function removeEarlier(isAsked: boolean): Promise<void> {
  const traces = await readTraces()
  if (traces === undefined) {
    if (isAsked) screen.say('No demo has left anything here.')
    return
  }
  if (traces.ended !== true && isAlive(traces.process)) {
    throw new Error(`another one is under way in this clone, process ${traces.process}.`)
  }
  await takeAway(traces)
}

async function takeAway(traces: Traces): Promise<void> {
  screen.keepFooter()
  screen.say()
  screen.say(
    `Taking away ${traces.project}: its containers, network, volume, images, registry and directories.`,
  )
  await removeTraces(traces)
}

function sayWhereItIs(traces: Traces, url: string): void {
  screen.say(`Everything is still there. The app: ${url}; its directory: ${traces.directory}. For instance:`)
  screen.say(`  cd ${traces.directory} && ${drayProgram} deploy local --tag v1`)
  screen.say('To take it away: npm run demo -- --remove')
}

/** The first signal ends the demo in good order, which whoever is at work tells; more are for when that hangs. */
function stop(name: string): void {
  interrupts += 1
  if (interrupts > 3) process.exit(130)
  stopping.abort(new Error(`stopped by ${name}`))
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0)
  } catch {
    return false
  }
}
