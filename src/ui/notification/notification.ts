import type { Failure, ReleaseKind } from '../../deploy/model/events.ts'
import type { Deployer } from '../../deploy/model/release.ts'
import type { DeployState } from '../render/deploy-state.ts'

export type NotificationEvent = 'success' | 'failure' | 'rollback'

/** How a deploy or a rollback ended, for those who did not watch it. Also what is posted to a webhook, as JSON. */
export type Notification = {
  version: 1
  event: NotificationEvent
  kind: ReleaseKind
  outcome: 'deployed' | 'failed' | 'cancelled'
  app: string
  environment: string
  hosts: readonly string[]
  tag?: string
  /** The release that was made, or would have been; absent where it failed before there was a plan. */
  release?: string
  /** Of a rollback: the release that was to be in place again. */
  restores?: { release: string; tag?: string }
  /** The release that serves now; absent when nothing does, or nobody knows. */
  serving?: string
  by: Deployer
  /** Where people reach the app. */
  url?: string
  durationMs: number
  /** What dray's own requests saw. */
  probe?: { requests: number; failures: number }
  failure?: Pick<Failure, 'code' | 'title' | 'message' | 'hint' | 'exitCode' | 'serving'>
}

/** Undefined for a story whose end is nothing to tell: there was nothing to deploy. `story` is clean of secrets. */
export function makeNotification(
  deployState: DeployState,
  facts: { by: Deployer; url: string | undefined; durationMs: number },
): Notification | undefined {
  const { kind, app = '', environment = '', hosts, plan, finished, probe, failure } = deployState
  const outcome = outcomeOf(deployState)
  if (outcome === undefined) return undefined
  const tag = plan?.restores?.tag ?? deployState.tag
  return {
    version: 1,
    event: outcome !== 'deployed' ? 'failure' : kind === 'rollback' ? 'rollback' : 'success',
    kind,
    outcome,
    app,
    environment,
    hosts,
    ...(tag !== undefined && { tag }),
    ...(plan && { release: plan.release }),
    ...(plan?.restores && { restores: plan.restores }),
    ...(finished?.serving !== undefined && { serving: finished.serving }),
    by: facts.by,
    ...(facts.url !== undefined && { url: facts.url }),
    durationMs: facts.durationMs,
    ...(probe && { probe: { requests: probe.requests, failures: probe.failures } }),
    ...(failure && { failure: withoutDetails(failure) }),
  }
}

function outcomeOf({ finished, failure }: DeployState): Notification['outcome'] | undefined {
  if (failure !== undefined) return failure.code === 'CANCELLED' ? 'cancelled' : 'failed'
  return finished?.outcome === 'deployed' ? 'deployed' : undefined
}

/** The lines of a log are for those who look into it. */
function withoutDetails({ code, title, message, hint, exitCode, serving }: Failure): Notification['failure'] {
  return { code, title, message, hint, exitCode, ...(serving !== undefined && { serving }) }
}
