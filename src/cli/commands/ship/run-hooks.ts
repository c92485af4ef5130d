import path from 'node:path'
import { runHook } from '../../../adapters/hooks/run-hook.ts'
import type { EventSink, Failure } from '../../../deploy/model/events.ts'
import { hookVariables, type HookInput } from '../../../deploy/execute/hook-variables.ts'
import type { Hook, HookMoment, RunHostHook } from '../../../deploy/model/hooks.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { createRedactor } from '../../../shared/secrets/redact.ts'
import { stripControl } from '../../../shared/strip-control.ts'
import { renderCommand } from '../../../ui/render/text/render-command.ts'
import { renderDuration } from '../../../ui/render/text/render-duration.ts'
import type { CliContext } from '../../command/context.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'

const TAIL_LINES = 20
/** CI kills a cancelled job after a few seconds. */
const AFTER_CANCEL_MS = 5_000

/** The hooks of a deploy or rollback. A hook that is not in dray.yml has no effect. */
export type ClientHooks = {
  /** Throws HOOK_FAILED, and the signal's reason if it aborts. */
  before(input: Told, signal: AbortSignal): Promise<void>
  /** A failure of this hook is a warning; so is one of `failure`. */
  after(input: Told): Promise<void>
  failure(input: Told & { failure: Failure }): Promise<void>
  /** Runs `leave` or `join` for one host; its failure is the deploy's. */
  onHost(input: () => Told): RunHostHook
}

type Told = Omit<HookInput, 'moment' | 'app' | 'environment' | 'hosts' | 'url' | 'failure'>

type ClientHookInput = HookInput & { moment: HookMoment }

export function createHooks(
  { config, values }: Pick<EnvironmentInput, 'config' | 'values'>,
  { report, context }: { report: EventSink; context: CliContext },
): ClientHooks {
  const { hooks, app, environment, configFile, projectDirectory } = config
  const { clock } = context
  const redact = createRedactor(values.secrets)
  const { name, hosts, url } = environment
  const place = { app, environment: name, hosts, url }
  const directory = configFile === undefined ? projectDirectory : path.dirname(configFile)

  /** Throws HOOK_FAILED, and the signal's reason if it aborts. */
  const run = async (hook: Hook, input: ClientHookInput, signal: AbortSignal): Promise<void> => {
    const { moment } = input
    const startedAtMs = clock.now()
    const tail: string[] = []
    const onLine = (line: string): void => {
      report({ type: 'hook.printed', at: clock.now(), hook: moment, line })
      tail.push(line)
      if (tail.length > TAIL_LINES) tail.shift()
    }
    const finish = (outcome: 'done' | 'failed' | 'cancelled', exitCode?: number): void => {
      const at = clock.now()
      const code = exitCode === undefined ? {} : { exitCode }
      report({ type: 'hook.finished', at, hook: moment, outcome, ...code, durationMs: at - startedAtMs })
    }
    report({ type: 'hook.started', at: startedAtMs, hook: moment, argv: hook.argv })
    const variables = hookVariables(input)
    const { exitCode } = await runHook(hook, { directory, variables, onLine, signal }).catch(
      (error: unknown) => {
        finish(signal.aborted ? 'cancelled' : 'failed')
        throw error
      },
    )
    finish(exitCode === 0 ? 'done' : 'failed', exitCode)
    if (exitCode !== 0) throw hookFailed(hook, { moment, exitCode, tail })
  }

  const runOrWarn = async (
    hook: Hook | undefined,
    input: ClientHookInput & { moment: keyof typeof LEFT },
    signal: AbortSignal,
  ): Promise<void> => {
    if (hook === undefined) return
    try {
      await run(hook, input, signal)
    } catch (error) {
      const text = signal.aborted ? `The hook \`${input.moment}\` was stopped by a signal.` : messageOf(error)
      report({ type: 'note', at: clock.now(), level: 'warning', text, hint: LEFT[input.moment] })
    }
  }

  return {
    onHost:
      (input) =>
      (hook, { host, release, onLine, signal }) => {
        const variables = hookVariables({ ...place, ...input(), moment: hook.moment, host, release })
        return runHook(hook, { directory, variables, onLine, signal })
      },
    before: async (input, signal) => {
      if (hooks.before !== undefined)
        await run(hooks.before, { moment: 'before', ...place, ...input }, signal)
    },
    after: (input) => runOrWarn(hooks.after, { moment: 'after', ...place, ...input }, context.signal),
    failure: ({ failure: { code, message }, ...input }) => {
      const failure = { code, message: redact(stripControl(message)) }
      const all = { moment: 'failure' as const, ...place, ...input, failure }
      const { signal } = context
      if (NOTHING_BEGUN.has(code)) return Promise.resolve()
      if (!signal.aborted || hooks.failure === undefined) return runOrWarn(hooks.failure, all, signal)
      const timeoutMs = Math.min(hooks.failure.timeoutMs, AFTER_CANCEL_MS)
      return runOrWarn({ ...hooks.failure, timeoutMs }, all, new AbortController().signal)
    },
  }
}

/** The running deploy has its own hooks; a rollback from the page whose plan was refused is nothing to clean up after. */
const NOTHING_BEGUN: ReadonlySet<string> = new Set(['LOCK_HELD', 'PLAN_CHANGED'])

/** The effect of a failed hook, as a hint. */
const LEFT = {
  after: 'The release is deployed.',
  failure: 'The state of the app is unaffected.',
} as const

function hookFailed(
  { argv, timeoutMs }: Hook,
  { moment, exitCode, tail }: { moment: HookMoment; exitCode: number | undefined; tail: readonly string[] },
): DrayError {
  const end =
    exitCode === undefined
      ? `exceeded its timeout of ${renderDuration(timeoutMs)}`
      : `exited with code ${exitCode}`
  const message = `The hook \`${moment}\` (\`${renderCommand(argv)}\`) ${end}.`
  return new DrayError('HOOK_FAILED', message, { details: { logOf: `hook ${moment}`, logTail: tail } })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
