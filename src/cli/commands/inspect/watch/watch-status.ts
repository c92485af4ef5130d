import { usedPercent } from '../../../../deploy/model/file-system.ts'
import { DrayError } from '../../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../../errors/exit-code.ts'
import type { EnvironmentStatus } from '../../../../operations/status/status.ts'
import type { Overview } from '../../../../ui/page/model.ts'
import { cleanValue } from '../../../../ui/reporters/clean-event.ts'
import { renderStatus } from '../../../../ui/render/results/render-status.ts'
import { createLiveRegion } from '../../../../ui/terminal/live-region.ts'
import { createTerminalStyle } from '../../../../ui/terminal/terminal-style.ts'
import { applyNoColor } from '../../../command/apply-no-color.ts'
import type { InputOf } from '../../../command/command.ts'
import { createCommandOutput, type CommandOutput } from '../../../command/command-output.ts'
import type { CliContext } from '../../../command/context.ts'
import type { GlobalOptions } from '../../../command/global-options.ts'
import { watchReader } from '../../operate/watch-reader.ts'
import type { statusCommand } from '../status.ts'
import { holdConnections } from './host-connections.ts'
import { openWatched } from './load-watched.ts'
import { renderWatch } from './render-watch.ts'
import { watchEnvironments } from './watch-environments.ts'

/**
 * Shows the status until the command is stopped, which is its usual end, or its reader has gone; returns the exit code. On a
 * terminal the table is redrawn in place; otherwise it is printed again after each change, as is the line of `--json`. Throws
 * USAGE, and the errors of an unreadable dray.yml.
 */
export async function watchStatus(
  input: InputOf<typeof statusCommand>,
  context: CliContext,
): Promise<ExitCode> {
  const { global: options, rest } = input
  if (input.options.usage === true)
    throw new DrayError('USAGE', '`--watch` does not measure containers.', {
      hint: '`dray ui` shows the CPU and memory of each container over time.',
    })
  if (input.options.exitCode === true)
    throw new DrayError('USAGE', '`--watch` has no end whose exit code could tell the state.', {
      hint: 'Pass either `--watch` or `--exit-code`.',
    })
  const config = await openWatched(rest, options, context)
  const output = createCommandOutput({ options, values: { secrets: context.secrets } }, context)
  const clean = <T>(value: T): T => cleanValue(value, output.clean)
  const reader = watchReader(context.stdout)
  const signal = AbortSignal.any([context.signal, reader.gone])
  context.reportInterrupt = () => undefined

  await using connections = holdConnections(context)
  const { onHost } = connections
  const watch = watchEnvironments(
    { app: '', mayWrite: false, config },
    { onHost, context, clean, readsAttempts: false },
  )
  using screen = openScreen({ options, output }, context)
  using _ = watch.follow((overview) => screen.show(overview))
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  return EXIT.done
}

type Screen = Disposable & { show(overview: Overview): void }
type Printing = { options: GlobalOptions; output: CommandOutput }

function openScreen(printing: Printing, context: CliContext): Screen {
  const isLive = context.stdout.isTTY === true && !printing.options.plain && !printing.options.json
  return isLive ? liveScreen(printing, context) : linesOnChange(printing, context)
}

const REPAINT_MS = 5_000

/** One table, redrawn in place. */
function liveScreen({ options }: Printing, { env, stdout, clock }: CliContext): Screen {
  const region = createLiveRegion(stdout)
  const ending = new AbortController()
  let last: Overview | undefined
  const paint = (overview: Overview): void => {
    // The last column and row stay free: terminals differ in how they wrap or scroll there.
    const columns = (stdout.columns || 80) - 1
    const rows = (stdout.rows || 24) - 1
    const style = createTerminalStyle({ env: applyNoColor(options, env), isTTY: true, columns })
    region.paint(renderWatch(overview, style, { rows, columns }), [])
  }
  // What is read no more has an age that grows.
  const isOver = (): boolean => ending.signal.aborted
  const repaint = async (): Promise<void> => {
    while (!isOver()) {
      await clock.sleep(REPAINT_MS, ending.signal).catch(() => undefined)
      if (last !== undefined && !isOver()) paint({ ...last, nowMs: clock.now() })
    }
  }
  void repaint()
  return {
    show: (overview) => {
      last = overview
      paint(overview)
    },
    [Symbol.dispose]: () => {
      ending.abort()
      region.release()
    },
  }
}

/** Prints all environments once they are known, and again after each change; as JSON, those that changed. */
function linesOnChange({ options, output }: Printing, { clock }: CliContext): Screen {
  const printed = new Map<string, string>()
  return {
    show: ({ environments: views }) => {
      // The status of an environment needs all of its hosts.
      const known = views.flatMap(({ status, reading }) => (reading.length > 0 ? [] : (status ?? [])))
      if (known.length < views.length && !options.json) return
      const changed = known.filter((status) => printed.get(status.environment) !== stateOf(status))
      for (const status of changed) {
        printed.set(status.environment, stateOf(status))
        if (options.json) output.json({ type: 'status', ...status })
      }
      if (options.json || changed.length === 0) return
      const at = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')
      output.print(`${at}\n${renderStatus(known, output.style)}`)
    },
    [Symbol.dispose]: () => undefined,
  }
}

const UNCHANGED: ReadonlySet<string> = new Set(['ageMs', 'upMs', 'journalBytes'])

/** What counts as a change: everything but ages and the growth of the journal, and disk use within one percent. */
function stateOf(status: EnvironmentStatus): string {
  const hosts = status.hosts.map((host) =>
    host.verdict === 'unknown' ? host : { ...host, fileSystems: host.fileSystems.map(usedPercent) },
  )
  return JSON.stringify({ ...status, hosts }, (name, value: unknown) =>
    UNCHANGED.has(name) ? undefined : value,
  )
}
