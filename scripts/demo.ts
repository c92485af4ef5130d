/**
 * The demo: dray deploys the sample app on this machine's Docker Engine, replaces it under load, and refuses a broken
 * release. `npm run demo`, `npm run demo -- --keep`, `npm run demo -- --remove`.
 *
 * Exit codes: 0 all checks passed; 1 a check failed; 2 wrong arguments; 130 stopped by Ctrl-C.
 */
import { drayProgram } from './demo/run-dray.ts'
import { planTraces, play } from './demo/play.ts'
import { createScreen } from './demo/screen.ts'
import { noteTraces, readTraces, removeTraces, type Traces } from './demo/traces.ts'

const usage = `Usage: npm run demo [-- --keep | --remove]

  --keep    keep the app running at the end
  --remove  remove the app of an earlier demo
`

const screen = createScreen(process.stdout, process.env)
const stopping = new AbortController()
let interrupts = 0
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop(name))

const exitCode = await main(process.argv.slice(2))
// Do not wait for interrupted work, such as a build.
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
    'dray deploys a Docker Compose app to a server without losing a request. In this demo the server is this',
  )
  screen.say(
    'machine. dray deploys a sample app, replaces it with the next version under load, and refuses a broken one.',
  )
  screen.say('The demo takes about a minute. Press Ctrl-C to stop it and remove everything.')
  const traces = planTraces()
  await noteTraces(traces)
  let kept = false
  try {
    const { hasPassed, url } = await play(traces, screen, stopping.signal)
    screen.say()
    screen.say(hasPassed ? 'All checks passed.' : 'A check failed: see the marked lines above.')
    kept = keep
    if (kept) {
      await noteTraces({ ...traces, ended: true })
      describeKept(traces, url)
    }
    return hasPassed ? 0 : 1
  } catch (error) {
    if (!stopping.signal.aborted) throw error
    return 130
  } finally {
    if (!kept) await remove(traces)
  }
}

/** Removes a demo that was kept or killed. Throws if one is running. */
async function removeEarlier(isAsked: boolean): Promise<void> {
  const traces = await readTraces()
  if (traces === undefined) {
    if (isAsked) screen.say('Nothing to remove.')
    return
  }
  if (traces.ended !== true && isAlive(traces.process)) {
    throw new Error(`another demo is running in this clone, process ${traces.process}.`)
  }
  await remove(traces)
}

async function remove(traces: Traces): Promise<void> {
  screen.keepFooter()
  screen.say()
  screen.say(`Removing ${traces.project}: containers, network, volume, images, registry and directories.`)
  await removeTraces(traces)
}

function describeKept(traces: Traces, url: string): void {
  screen.say(`The app is still running. URL: ${url}, directory: ${traces.directory}. For example:`)
  screen.say(`  cd ${traces.directory} && ${drayProgram} deploy local --tag v1`)
  screen.say('To remove it: npm run demo -- --remove')
}

/** The first signal stops the demo cleanly. The fourth exits immediately, in case that hangs. */
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
