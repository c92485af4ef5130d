import type { Failure, ReleaseKind } from '../../deploy/model/events.ts'
import type { Deployer } from '../../deploy/model/release.ts'
import type { DeployState } from '../render/deploy/deploy-state.ts'

export type NotificationEvent = 'success' | 'failure' | 'rollback'

/** The outcome of a deploy or rollback. Posted to webhooks as JSON. */
export type Notification = {
  version: 1
  event: NotificationEvent
  kind: ReleaseKind
  outcome: 'deployed' | 'failed' | 'cancelled'
  app: string
  environment: string
  hosts: readonly string[]
  tag?: string
  /** The release that was made, or would have been; absent if the deploy failed before the plan was made. */
  release?: string
  /** For a rollback: the target. */
  restores?: { release: string; tag?: string }
  /** The release that is serving; absent if no release is, or if it is unknown. */
  serving?: string
  by: Deployer
  /** Public URL of the app. */
  url?: string
  durationMs: number
  /** Result of the probe. */
  probe?: { requests: number; failures: number }
  failure?: Pick<Failure, 'code' | 'title' | 'message' | 'hint' | 'exitCode' | 'serving'>
}

/** Undefined for a deploy without changes. `deployState` must contain no secrets. */
export function makeNotification(
  deployState: DeployState,
  { by, url, durationMs }: { by: Deployer; url: string | undefined; durationMs: number },
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
    by,
    ...(url !== undefined && { url }),
    durationMs,
    ...(probe && { probe: { requests: probe.requests, failures: probe.failures } }),
    ...(failure && { failure: withoutDetails(failure) }),
  }
}

function outcomeOf({ finished, failure }: DeployState): Notification['outcome'] | undefined {
  if (failure !== undefined) return failure.code === 'CANCELLED' ? 'cancelled' : 'failed'
  return finished?.outcome === 'deployed' ? 'deployed' : undefined
}

/** Leaves out log lines: a notification is short. */
function withoutDetails({ code, title, message, hint, exitCode, serving }: Failure): Notification['failure'] {
  return { code, title, message, hint, exitCode, ...(serving !== undefined && { serving }) }
}
