import { observeApp } from '../../../adapters/directory/observe-app.ts'
import {
  explainLostLock,
  type FoundAfterLoss,
  type LostDeploy,
} from '../../../deploy/execute/explain-lost-lock.ts'
import { DeployFailed } from '../../../deploy/execute/failure.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { startTimeLimit } from '../../../shared/time-limit.ts'
import { openRunners } from '../../command/connect-each.ts'
import type { CliContext } from '../../command/context.ts'
import { deployerOf } from '../../command/deployer.ts'
import type { DeployInput } from './load-deploy.ts'

/** How long a lost host is asked again. */
const ASK_MS = 10_000

/**
 * After LOCK_LOST in a deploy: connects again, and gives the failure a hint by what is there now. Returns any other error as it is,
 * and this one if a host does not answer.
 */
export async function explainLoss(
  error: unknown,
  { input, plannedAtMs }: { input: DeployInput; plannedAtMs: number | undefined },
  context: CliContext,
): Promise<unknown> {
  if (!(error instanceof DeployFailed) || error.error.code !== 'LOCK_LOST') return error
  const found = await observeAgain(input, context)
  if (found === undefined || plannedAtMs === undefined) return error
  const lost: LostDeploy = {
    environment: input.config.environment.name,
    by: deployerOf(input, context),
    tag: error.plan.restores?.tag ?? input.values.tag,
    plan: error.plan,
    plannedAtMs,
  }
  const { message, details, cause } = error.error
  const hint = explainLostLock(found, lost)
  return new DeployFailed(new DrayError('LOCK_LOST', message, { hint, details, cause }), error)
}

async function observeAgain(
  { config }: DeployInput,
  context: CliContext,
): Promise<FoundAfterLoss[] | undefined> {
  const { hosts, path } = config.environment
  using limit = startTimeLimit(ASK_MS)
  const signal = AbortSignal.any([context.signal, limit.signal])
  try {
    await using opened = await openRunners(hosts, context)
    return await Promise.all(
      opened.runners.map(async (runner) => {
        await runner.connect(signal)
        return { host: runner.name, ...(await observeApp({ runner, path }, signal)) }
      }),
    )
  } catch {
    return undefined
  }
}
