import * as z from 'zod'
import { failureFrom, toDrayError } from '../../../../deploy/execute/failure.ts'
import type { Failure } from '../../../../deploy/model/events.ts'
import { DrayError } from '../../../../errors/dray-error.ts'
import { EXIT } from '../../../../errors/exit-code.ts'
import type { ActionView, Answer, PageAnswers } from '../../../../ui/page/model.ts'
import type { CliContext } from '../../../command/context.ts'
import type { GlobalOptions } from '../../../command/global-options.ts'
import type { WatchedConfig } from '../watch/load-watched.ts'
import { isProductionLike, planRollback, rollBack } from './roll-back.ts'

/** What a page of `dray ui --write` can do. Disposing waits for what was begun, which Ctrl-C cancels. */
export type Actions = AsyncDisposable & {
  /** The plan of a rollback, and how the last one is going; undefined for any other question. */
  answer(question: string, query: URLSearchParams): Promise<unknown>
  /** Begins a rollback; undefined for any other action. */
  act(action: string, body: unknown): Promise<Answer<ActionView> | undefined>
  /** The environments that are being rolled back. */
  running(): readonly string[]
  /** Waits for what was begun; the exit code of the worst that failed after the user stopped the command, 0 if none did. */
  end(): Promise<number>
}

type Shared = {
  config: WatchedConfig
  context: CliContext
  options: GlobalOptions
  /** Prints at the terminal what was begun, and that it succeeded. */
  note: (text: string) => void
  /** Prints a failure at the terminal. */
  fail: (failure: Failure) => void
}

const rollbackRequest = z.object({
  environment: z.string(),
  release: z.string(),
  confirm: z.string(),
  plan: z.string(),
})

/** The actions on the environments; `by` does them. */
export function openActions(shared: Shared, by = { planRollback, rollBack }): Actions {
  const { config, context } = shared
  const last = new Map<string, ActionView>()
  const running = new Map<string, Promise<void>>()
  const failedSinceStop: Failure[] = []
  const isKnown = (name: string | null | undefined): name is string =>
    config.environments.some((it) => it.name === name)

  const begin = (request: z.infer<typeof rollbackRequest>): ActionView => {
    const { environment, release } = request
    const begun: ActionView = { release, state: 'running' }
    last.set(environment, begun)
    shared.note(`Rolling ${environment} back to ${release}, as the page asks.`)
    const work = by.rollBack(request, shared).then((failure) => {
      running.delete(environment)
      last.set(
        environment,
        failure === undefined ? { release, state: 'done' } : { release, state: 'failed', failure },
      )
      if (failure === undefined) {
        shared.note(`Rolled ${environment} back to ${release}.`)
        return
      }
      shared.note(`The rollback of ${environment} to ${release} failed.`)
      shared.fail(failure)
      if (context.signal.aborted) failedSinceStop.push(failure)
    })
    running.set(environment, work)
    return begun
  }
  const end = async (): Promise<number> => {
    await Promise.all(running.values())
    const codes = failedSinceStop.map(({ exitCode }) => exitCode)
    return codes.includes(EXIT.needsPerson) ? EXIT.needsPerson : (codes[0] ?? EXIT.done)
  }

  return {
    answer: async (question, query) => {
      const environment = query.get('environment')
      if (!isKnown(environment)) return undefined
      if (question === 'action')
        return last.get(environment) ?? ({ state: 'none' } satisfies PageAnswers['action'])
      if (question !== 'rollback') return undefined
      const release = query.get('release') ?? ''
      return by.planRollback({ environment, release }, shared).catch((error: unknown) => ({
        failure: failureFrom(toDrayError(error)),
      }))
    },
    act: async (action, body) => {
      const request = rollbackRequest.safeParse(body).data
      if (action !== 'rollback' || request === undefined || !isKnown(request.environment)) return undefined
      const { environment, confirm } = request
      if (isProductionLike(environment) && confirm !== environment)
        return { failure: failureFrom(notConfirmed(environment)) }
      if (running.has(environment)) return { failure: failureFrom(alreadyRunning(environment)) }
      return begin(request)
    },
    running: () => [...running.keys()],
    end,
    [Symbol.asyncDispose]: async () => {
      await end()
    },
  }
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
