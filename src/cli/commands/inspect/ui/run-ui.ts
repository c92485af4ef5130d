import { platform } from 'node:os'
import { startDetached } from '../../../../adapters/host/start-detached.ts'
import { readPageArchive } from '../../../../adapters/page/page-archive.ts'
import { startPageServer } from '../../../../adapters/page/page-server.ts'
import { nameEnvironment } from '../../../../shared/name-environment.ts'
import { cleanValue } from '../../../../ui/reporters/clean-event.ts'
import type { InputOf } from '../../../command/command.ts'
import { createCommandOutput } from '../../../command/command-output.ts'
import type { CliContext } from '../../../command/context.ts'
import type { GlobalOptions } from '../../../command/global-options.ts'
import type { JsonLineOf } from '../../../command/json-line.ts'
import { readCount } from '../../../command/read-count.ts'
import { reportFailure } from '../../../command/report-failure.ts'
import { holdConnections } from '../watch/host-connections.ts'
import { openWatched, type WatchedConfig } from '../watch/load-watched.ts'
import { watchEnvironments } from '../watch/watch-environments.ts'
import { openActions, type Actions } from './open-actions.ts'
import { openAnswers } from './open-answers.ts'
import type { uiCommand } from './ui.ts'

/** The highest port: https://www.rfc-editor.org/rfc/rfc9293#section-3.1 */
const HIGHEST_PORT = 65_535

/**
 * Serves the page until the command is stopped, which is its usual end; returns the exit code: that of a rollback which the stop
 * cancelled, else 0. Throws UI_PORT_TAKEN, USAGE, and the errors of an unreadable dray.yml.
 */
export async function runUi(input: InputOf<typeof uiCommand>, context: CliContext): Promise<number> {
  const { global: options, rest } = input
  const port = input.options.port === undefined ? 0 : readCount(input.options.port, '--port', HIGHEST_PORT)
  const config = await openWatched(rest, options, context)
  const output = createCommandOutput({ options, values: { secrets: context.secrets } }, context)
  context.reportWarning = (line) => context.stderr.write(`${output.clean(line)}\n`)
  const clean = <T>(value: T): T => cleanValue(value, output.clean)

  const named = <T>(value: T, environment: string | null): T =>
    cleanValue(value, (text) => nameEnvironment(output.clean(text), environment ?? undefined))

  await using connections = holdConnections(context)
  const ports = { onHost: connections.onHost, context }
  const mayWrite = input.options.write === true
  const watch = watchEnvironments(
    { app: appOf(config), mayWrite, config },
    { ...ports, clean, readsAttempts: true },
  )
  const { offsetMs, newsOf } = watch
  using answers = openAnswers(config, { ...ports, clean: output.clean, offsetMs, newsOf })
  await using actions = openActions({
    ...{ config, context, options, note: output.note },
    fail: (failure) => reportFailure(failure, options, context),
  })
  await using server = await startPageServer(port, {
    files: readPageArchive(),
    answer: async (question, query, signal) =>
      (mayWrite ? named(await actions.answer(question, query), query.get('environment')) : undefined) ??
      (await answers.answer(question, query, signal)),
    ...(mayWrite && { act: async (action, body) => clean(await actions.act(action, body)) }),
    follow: (send) => watch.follow((overview) => send('overview', overview)),
    onRevoked: () => context.stderr.write(`${REVOKED}\n`),
  })

  context.reportInterrupt = (line) => tellStop(line, actions, context)
  tellLink(server.url, options, context)
  if (input.options.open === true) await openBrowser(server.url, output.note)
  await untilAborted(context.signal)
  return await actions.end()
}

const REVOKED =
  'The link was used a second time, perhaps by another user of this machine: no browser has access any more. Run `dray ui` again.'

function appOf({ environments }: WatchedConfig): string {
  const [app] = environments.flatMap((it) => ('input' in it ? [it.input.config.app] : []))
  return app ?? 'dray'
}

/** A stop that ends the page alone needs no words. */
function tellStop(line: string, actions: Actions, { signal, stderr }: CliContext): void {
  const names = actions.running().join(' and ')
  if (names === '') return
  stderr.write(
    signal.aborted
      ? `${line}\n`
      : `Stopping: undoing the rollback of ${names}, or finishing it if it is almost done.\n`,
  )
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

/** A program that opens a browser ends at once, or when that browser ends. */
const PATIENCE_MS = 2_000

async function openBrowser(url: string, note: (text: string) => void): Promise<void> {
  const program = platform() === 'darwin' ? 'open' : 'xdg-open'
  const hasBegun = await startDetached(program, [url], PATIENCE_MS)
  if (!hasBegun) note(`\`${program}\` cannot open a browser: open the link yourself.`)
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
