import * as z from 'zod'
import { planDeploy } from '../../../../deploy/deploy.ts'
import { failureFrom, toDrayError } from '../../../../deploy/execute/failure.ts'
import { stepTitle } from '../../../../deploy/execute/step-title.ts'
import type { DeployEvent, Failure } from '../../../../deploy/model/events.ts'
import { DrayError } from '../../../../errors/dray-error.ts'
import { EXIT } from '../../../../errors/exit-code.ts'
import { parseJson } from '../../../../shared/parse-json.ts'
import type { ActionView, Answer, PageAnswers, RollbackView } from '../../../../ui/page/model.ts'
import type { CliContext } from '../../../command/context.ts'
import type { GlobalOptions } from '../../../command/global-options.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'
import { connectArchived } from '../../ship/connect-archived.ts'
import { planSettings } from '../../ship/run-release.ts'
import { runRollback } from '../../ship/run-rollback.ts'
import type { WatchedEnvironment } from '../watch/load-watched.ts'
import { orFailure } from './answer-page.ts'

/** What a page of `dray ui --write` can do. Disposing waits for what was begun, which Ctrl-C cancels. */
export type Actions = AsyncDisposable & {
  /** The plan of a rollback, and how the last one is going; undefined for any other question. */
  answer(question: string, query: URLSearchParams): Promise<unknown>
  /** Begins a rollback; undefined for any other action. */
  act(action: string, body: unknown): Promise<Answer<ActionView> | undefined>
}

type Shared = { context: CliContext; options: GlobalOptions }

const rollbackRequest = z.object({ environment: z.string(), release: z.string(), confirm: z.string() })

/** The actions on the environments. */
export function openActions(environments: readonly WatchedEnvironment[], shared: Shared): Actions {
  const last = new Map<string, ActionView>()
  const running = new Set<Promise<void>>()
  const find = (name: string | null): EnvironmentInput | undefined => {
    const named = environments.find((it) => it.name === name)
    return named !== undefined && 'input' in named ? named.input : undefined
  }

  const begin = (input: EnvironmentInput, release: string): ActionView => {
    const { name } = input.config.environment
    const begun: ActionView = { release, state: 'running' }
    last.set(name, begun)
    const work = rollBack(name, release, shared).then((failure) => {
      last.set(
        name,
        failure === undefined ? { release, state: 'done' } : { release, state: 'failed', failure },
      )
    })
    running.add(work)
    void work.finally(() => running.delete(work))
    return begun
  }

  return {
    answer: async (question, query) => {
      const input = find(query.get('environment'))
      if (input === undefined) return undefined
      const { name } = input.config.environment
      if (question === 'action') return last.get(name) ?? ({ state: 'none' } satisfies PageAnswers['action'])
      if (question !== 'rollback') return undefined
      return planRollback(input, query.get('release') ?? '', shared).catch((error: unknown) => ({
        failure: failureFrom(toDrayError(error)),
      }))
    },
    act: async (action, body) => {
      const request = rollbackRequest.safeParse(body).data
      const input = find(request?.environment ?? null)
      if (action !== 'rollback' || request === undefined || input === undefined) return undefined
      const { name } = input.config.environment
      if (isProductionLike(name) && request.confirm !== name)
        return { failure: failureFrom(notConfirmed(name)) }
      if (last.get(name)?.state === 'running') return { failure: failureFrom(alreadyRunning(name)) }
      return begin(input, request.release)
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(running)
    },
  }
}

/** Whether a mistake there would be noticed by users: the name has the word `prod`, `production` or `live`. */
export function isProductionLike(environment: string): boolean {
  return environment.split(/[^a-z]+/i).some((word) => /^(?:prod|production|live)$/i.test(word))
}

function notConfirmed(name: string): DrayError {
  return new DrayError('USAGE', `The rollback of ${name} was not confirmed.`, {
    hint: `Type \`${name}\` to confirm it.`,
  })
}

function alreadyRunning(name: string): DrayError {
  return new DrayError('LOCK_HELD', `A rollback of ${name} that was begun on this page is running.`, {
    hint: 'Follow it under Live deploy.',
  })
}

/** As `dray rollback --dry-run`. */
async function planRollback(
  input: EnvironmentInput,
  release: string,
  { context, options }: Shared,
): Promise<Answer<RollbackView>> {
  const { name } = input.config.environment
  const asked = { ...input, options: { ...options, waitMs: 0, adopt: false, dryRun: true, expected: [] } }
  const make = async (): Promise<RollbackView> => {
    await using targets = await connectArchived(asked, release, context)
    const plan = await planDeploy({ ...targets, ...planSettings(asked, context) }, context.signal)
    const configured = options.configPath === undefined ? '' : ` --config ${options.configPath}`
    return {
      command: `dray rollback ${name} ${release}${configured}`,
      steps: plan.steps.map((step) => ({
        id: step.id,
        host: step.host,
        title: stepTitle(step),
        cause: step.cause,
      })),
      warnings: plan.warnings,
      notUndone: plan.notUndone ?? [],
      confirmName: isProductionLike(name) ? name : undefined,
    }
  }
  return orFailure(make(), context)
}

/** Runs `dray rollback`; undefined if it succeeded. */
async function rollBack(
  environment: string,
  release: string,
  { context, options }: Shared,
): Promise<Failure | undefined> {
  let failure: Failure | undefined
  const takeLine = (text: string): void => {
    for (const line of text.split('\n')) {
      const event = parseJson(line) as Partial<DeployEvent> | undefined
      if (event?.type === 'failed' && 'failure' in event) failure = event.failure
    }
  }
  const stdout = { write: takeLine }
  const stderr = { write: () => true }
  try {
    const exitCode = await runRollback(
      { arguments: { environment, release }, rest: [], options: {}, global: { ...options, json: true } },
      { ...context, stdout, stderr },
    )
    if (exitCode === EXIT.done) return undefined
    return failure ?? failureFrom(new DrayError('INTERNAL', `The rollback ended with exit code ${exitCode}.`))
  } catch (error) {
    return failureFrom(toDrayError(error))
  }
}
