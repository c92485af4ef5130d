import { createHash } from 'node:crypto'
import { failureFrom, toDrayError } from '../../../../deploy/execute/failure.ts'
import { stepTitle } from '../../../../deploy/execute/step-title.ts'
import type { DeployEvent, Failure } from '../../../../deploy/model/events.ts'
import type { Plan } from '../../../../deploy/model/plan.ts'
import { decidedWarnings } from '../../../../deploy/plan/join-warnings.ts'
import { DrayError } from '../../../../errors/dray-error.ts'
import { EXIT } from '../../../../errors/exit-code.ts'
import { parseJson } from '../../../../shared/parse-json.ts'
import type { RollbackView } from '../../../../ui/page/model.ts'
import { renderCommand } from '../../../../ui/render/text/render-command.ts'
import type { CliContext } from '../../../command/context.ts'
import type { GlobalOptions } from '../../../command/global-options.ts'
import { connectArchived } from '../../ship/connect-archived.ts'
import { planRelease } from '../../ship/run-release.ts'
import { loadRollback, runLoadedRollback } from '../../ship/run-rollback.ts'
import { stepDetails } from './step-details.ts'

/** A rollback that a page asks for. */
export type RollbackTarget = { environment: string; release: string }

type Shared = { context: CliContext; options: GlobalOptions }

/** As `dray rollback --dry-run`, of dray.yml as it is now. Throws the errors of reading the hosts. */
export async function planRollback(
  { environment, release }: RollbackTarget,
  { context, options }: Shared,
): Promise<RollbackView> {
  const input = await loadRollback(commandOf({ environment, release }, options), context)
  const asked = { ...input, options: { ...input.options, dryRun: true } }
  await using targets = await connectArchived(asked, release, context)
  const plan = await planRelease(asked, targets, context)
  const configured = options.configPath === undefined ? '' : ` --config ${options.configPath}`
  return {
    plan: hashPlan(plan),
    command: `dray rollback ${environment} ${release}${configured}`,
    steps: plan.steps.map((step) => ({
      id: step.id,
      host: step.host,
      title: stepTitle(step),
      cause: step.cause,
      details: stepDetails(step),
    })),
    hooks: Object.entries(plan.hooks ?? {}).map(([moment, { argv }]) => ({
      moment,
      command: renderCommand(argv),
    })),
    warnings: plan.warnings,
    notUndone: plan.notUndone ?? [],
    confirmName: isProductionLike(environment) ? environment : undefined,
  }
}

/**
 * Runs `dray rollback`, of dray.yml as it is now; undefined if it succeeded. `plan` is what was shown: another plan is refused with
 * PLAN_CHANGED before anything is changed. Never rejects.
 */
export async function rollBack(
  { environment, release, plan: shown }: RollbackTarget & { plan: string },
  { context, options }: Shared,
): Promise<Failure | undefined> {
  let failure: Failure | undefined
  const takeLine = (text: string): void => {
    for (const line of text.split('\n')) {
      const event = parseJson(line) as Partial<DeployEvent> | undefined
      if (event?.type === 'failed' && 'failure' in event) failure = event.failure
    }
  }
  const accepts = (made: Plan): void => {
    if (hashPlan(made) === shown) return
    throw new DrayError(
      'PLAN_CHANGED',
      `The servers of ${environment}, or dray.yml, have changed since the plan was made.`,
    )
  }
  const quiet = { ...context, stdout: { write: takeLine }, stderr: { write: () => true } }
  try {
    const command = commandOf({ environment, release }, { ...options, json: true })
    const input = await loadRollback(command, quiet)
    const exitCode = await runLoadedRollback(input, { release, accepts, context: quiet })
    if (exitCode === EXIT.done) return undefined
    return failure ?? failureFrom(new DrayError('INTERNAL', `The rollback ended with exit code ${exitCode}.`))
  } catch (error) {
    return failureFrom(toDrayError(error))
  }
}

/** The rollback as a command without options. */
function commandOf({ environment, release }: RollbackTarget, global: GlobalOptions) {
  return { arguments: { environment, release }, rest: [], options: {}, global } as const
}

/**
 * Differs when the plan would do something else, or has another risk. Not by causes and warnings that say what was measured: the app
 * may be failing.
 */
export function hashPlan(plan: Plan): string {
  const { release, replaces, restores, steps, hooks, notUndone } = plan
  const told = steps.map((step) => [step.host, step.kind, stepTitle(step), stepDetails(step)])
  const text = JSON.stringify([release, replaces, restores, told, hooks, notUndone, decidedWarnings(plan)])
  return createHash('sha256').update(text).digest('hex')
}

/** Whether a mistake there would be noticed by users: the name has the word `prod`, `production` or `live`. */
export function isProductionLike(environment: string): boolean {
  return environment.split(/[^a-z]+/i).some((word) => /^(?:prod|production|live)$/i.test(word))
}
