import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { DeployEvent } from '../../src/deploy/model/events.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { createRedactor } from '../../src/shared/secrets/redact.ts'
import { createReporter } from '../../src/ui/reporters/create-reporter.ts'
import { projectDirectory } from '../../test/support/images/cache.ts'
import type { Screen } from './screen.ts'

export const drayProgram = join(projectDirectory, 'bin/dray')

/** Deploy-time values in the environment of the demo's user, which are for another app. */
const notOurs = ['IMAGE_TAG', 'REGISTRY_OWNER', 'ENV']

export type DrayRun = { exitCode: number; events: readonly DeployEvent[] }

/**
 * Runs `dray deploy local --tag TAG` in a directory and shows its progress as dray does: live on a terminal, otherwise as
 * lines. It runs with `--json`, and dray's reporter draws the events here, so that a chart fits below. If the signal aborts,
 * dray is interrupted as by Ctrl-C; this function waits until it exits.
 */
export async function deployWithDray(options: {
  directory: string
  tag: string
  screen: Screen
  signal: AbortSignal
}): Promise<DrayRun> {
  const { directory, tag, screen, signal } = options
  signal.throwIfAborted()
  screen.say(screen.style.colors.bold(`$ dray deploy local --tag ${tag}`))
  const reporter = createReporter({
    name: screen.isLive ? 'live' : 'plain',
    stdout: screen.stream,
    stderr: screen.stream,
    env: process.env,
    clock: systemClock,
    redact: createRedactor([]),
  })
  const child = spawn(process.execPath, [drayProgram, 'deploy', 'local', '--tag', tag, '--json'], {
    cwd: directory,
    env: ownEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    // In a separate process group, so that it receives Ctrl-C only once, from here.
    detached: true,
  })
  const interrupt = () => child.kill('SIGINT')
  signal.addEventListener('abort', interrupt)
  const events: DeployEvent[] = []
  const exited = once(child, 'close') as Promise<[number | null]>
  createInterface({ input: child.stderr }).on('line', (text) => {
    if (text !== '') reporter.report({ type: 'note', at: Date.now(), level: 'warning', text })
  })
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const event = parseEvent(line)
      events.push(event)
      reporter.report(event)
    }
    const [exitCode] = await exited
    return { exitCode: exitCode ?? 1, events }
  } finally {
    reporter.close()
    signal.removeEventListener('abort', interrupt)
  }
}

/** One line of `--json`, as docs/json-output.md describes it. */
function parseEvent(line: string): DeployEvent {
  const { version, time, ...fields } = JSON.parse(line) as { version: number; time: string }
  if (version !== 1) throw new Error(`dray's JSON output has version ${version}; the demo supports version 1`)
  return { ...fields, at: Date.parse(time) } as DeployEvent
}

function ownEnvironment(): NodeJS.ProcessEnv {
  const isOurs = ([name]: [string, unknown]) => !notOurs.includes(name) && !name.startsWith('GITHUB_')
  return Object.fromEntries(Object.entries(process.env).filter(isOurs))
}
