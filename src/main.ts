import { spawn } from 'node:child_process'
import { setMaxListeners } from 'node:events'
import { fstatSync } from 'node:fs'
import { isSea } from 'node:sea'
import { openStandardInput } from './adapters/terminal/standard-input.ts'
import type { CliContext } from './cli/command/context.ts'
import { createInterrupts } from './cli/interrupts.ts'
import { runCli } from './cli/run-cli.ts'
import { DrayError } from './errors/dray-error.ts'
import { EXIT } from './errors/exit-code.ts'
import { systemClock } from './shared/clock.ts'

// One signal has a listener for each container and image of a host; Node would warn about the eleventh.
setMaxListeners(0)

// zod would compile each schema to code, which takes longer than to read the few objects of one command without it. It keeps its
// settings here so that they can be made before it is loaded (zod, `v4/core/core.ts`), which most commands never do.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } })

const interrupts = createInterrupts({
  say: (line) => context.reportInterrupt(line),
  exit: (code) => process.exit(code),
})
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => interrupts.take(name))
}

// The reader may close the pipe early: `dray plan test | head`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.on('uncaughtException', (error) => {
  process.stderr.write(`\nThis is a bug in dray. Please report it:\n${error.stack ?? String(error)}\n`)
  process.exit(EXIT.needsPerson)
})

// Child processes must not inherit the key and the token.
const env = { ...process.env }
const hideVariables = (names: readonly string[]): void => {
  for (const name of names) Reflect.deleteProperty(process.env, name)
}
hideVariables(['DRAY_SSH_KEY', 'GITHUB_TOKEN'])

const context: CliContext = {
  get cwd() {
    return readDirectory()
  },
  env,
  stdin: openStandardInput((text) => void process.stderr.write(text)),
  stdout: Object.assign(process.stdout, { isFile: fstatSync(1).isFile() }),
  stderr: Object.assign(process.stderr, { isFile: fstatSync(2).isFile() }),
  secrets: [],
  signal: interrupts.signal,
  clock: systemClock,
  reportInterrupt: (line) => void process.stderr.write(`\n${line}\n`),
  hideVariables,
  startInBackground: (words) => {
    const script = isSea() ? [] : [...process.execArgv, '--', process.argv[1] ?? '']
    spawn(process.execPath, [...script, ...words], { detached: true, stdio: 'ignore' })
      .on('error', () => undefined)
      .unref()
  },
}

/** Throws USAGE in a directory that was removed, such as by a script that runs dray in a temporary one. */
function readDirectory(): string {
  try {
    return process.cwd()
  } catch (cause) {
    throw new DrayError('USAGE', 'The current directory no longer exists.', {
      hint: 'Change to the directory of the app, then run the command again.',
      cause,
    })
  }
}

process.exitCode = await runCli(process.argv.slice(2), context)
