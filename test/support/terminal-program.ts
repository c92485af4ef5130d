/** Plays a deploy on the real streams of a real terminal: each key typed brings the next events, Ctrl-C ends it. */
import { systemClock } from '../../src/shared/clock.ts'
import { createRedactor } from '../../src/shared/secrets/redact.ts'
import { createReporter } from '../../src/ui/reporters/create-reporter.ts'
import {
  finished,
  planMade,
  START,
  started,
  stepFinished,
  stepProgressed,
  stepStarted,
} from './terminal-events.ts'

const reporter = createReporter({
  name: 'live',
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  clock: systemClock,
  redact: createRedactor([]),
})

const offset = systemClock.now() - START
const acts = [
  [started, planMade, stepStarted(2, 600), stepProgressed(2, 1600, 9_000_000)],
  [stepFinished(2, 2600, { result: 'pulled 27.0 MB' }), stepStarted(5, 2700)],
  [stepFinished(5, 3700), finished()],
]

function playNext(): void {
  const events = acts.shift() ?? []
  for (const event of events) reporter.report({ ...event, at: event.at + offset })
  if (acts.length === 0) end(0)
}

function end(exitCode: number): void {
  reporter.close()
  process.exit(exitCode)
}

process.stdin.setRawMode(true)
process.stdin.on('data', (keys) => {
  if (keys.toString() === '\u0003') end(130)
  else playNext()
})
playNext()
