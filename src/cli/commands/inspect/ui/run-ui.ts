import { platform } from 'node:os'
import { LocalRunner } from '../../../../adapters/host/local-runner.ts'
import { readPageArchive } from '../../../../adapters/page/page-archive.ts'
import { startPageServer } from '../../../../adapters/page/page-server.ts'
import { EXIT, type ExitCode } from '../../../../errors/exit-code.ts'
import { cleanValue } from '../../../../ui/reporters/clean-event.ts'
import type { InputOf } from '../../../command/command.ts'
import { createCommandOutput } from '../../../command/command-output.ts'
import type { CliContext } from '../../../command/context.ts'
import type { GlobalOptions } from '../../../command/global-options.ts'
import type { JsonLineOf } from '../../../command/json-line.ts'
import { readCount } from '../../../command/read-count.ts'
import { holdConnections } from '../watch/host-connections.ts'
import { loadWatched } from '../watch/load-watched.ts'
import { watchEnvironments, type Watched } from '../watch/watch-environments.ts'
import { openActions } from './open-actions.ts'
import { openAnswers } from './open-answers.ts'
import type { uiCommand } from './ui.ts'

/**
 * Serves the page until the command is stopped, which is its usual end; returns the exit code. Throws UI_PORT_TAKEN, USAGE, and
 * the errors of an unreadable dray.yml.
 */
export async function runUi(input: InputOf<typeof uiCommand>, context: CliContext): Promise<ExitCode> {
  const { global: options, rest } = input
  const port = input.options.port === undefined ? 0 : readCount(input.options.port, '--port')
  const environments = await loadWatched(rest, options, context)
  const output = createCommandOutput({ options, values: { secrets: context.secrets } }, context)
  const clean = <T>(value: T): T => cleanValue(value, output.clean)

  await using connections = holdConnections(context)
  const ports = { onHost: connections.onHost, context }
  using answers = openAnswers(environments, { ...ports, clean: output.clean })
  const mayWrite = input.options.write === true
  await using actions = openActions(environments, { context, options })
  const watch = watchEnvironments(
    { app: appOf(environments), mayWrite, environments },
    { ...ports, clean, readsAttempts: true },
  )
  await using server = await startPageServer(port, {
    files: readPageArchive(),
    answer: async (question, query) =>
      (mayWrite ? clean(await actions.answer(question, query)) : undefined) ??
      (await answers.answer(question, query)),
    ...(mayWrite && { act: async (action, body) => clean(await actions.act(action, body)) }),
    follow: (send) => watch.follow((overview) => send('overview', overview)),
  })

  tellLink(server.url, options, context)
  if (input.options.open === true) await openBrowser(server.url, output.note)
  context.reportInterrupt = () => undefined
  await untilAborted(context.signal)
  return EXIT.done
}

function appOf(environments: Watched['environments']): string {
  const [app] = environments.flatMap((it) => ('input' in it ? [it.input.config.app] : []))
  return app ?? 'dray'
}

/** Written as it is: the token is a secret, but the user needs it. */
function tellLink(url: string, { json }: GlobalOptions, { stdout, stderr, clock }: CliContext): void {
  if (json) {
    const time = new Date(clock.now()).toISOString()
    const line = { version: 1, type: 'ui.started', time, url } satisfies JsonLineOf<'ui.started'>
    stdout.write(`${JSON.stringify(line)}\n`)
    return
  }
  stdout.write(`${url}\n`)
  stderr.write('The link opens the page once, on this machine. Ctrl-C ends it.\n')
}

async function openBrowser(url: string, note: (text: string) => void): Promise<void> {
  await using local = new LocalRunner()
  const program = platform() === 'darwin' ? 'open' : 'xdg-open'
  const exitCode = await local.run([program, url]).then(
    (output) => output.exitCode,
    () => 127,
  )
  if (exitCode !== 0) note(`\`${program}\` cannot open a browser: open the link yourself.`)
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
