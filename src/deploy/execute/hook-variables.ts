import type { ReleaseKind } from '../model/events.ts'
import type { HookMoment, HostHookMoment } from '../model/hooks.ts'
import type { Deployer } from '../model/release.ts'

/** Facts passed to a hook; unknown ones are undefined. */
export type HookInput = {
  moment: HookMoment | HostHookMoment
  /** The host that a hook `leave` or `join` runs for. */
  host?: string
  kind: ReleaseKind
  app: string
  environment: string
  hosts: readonly string[]
  tag: string | undefined
  /** The release being made; undefined before the plan. */
  release: string | undefined
  /** The current release when the plan was made. */
  previousRelease: string | undefined
  deployer: Deployer
  url: string | undefined
  /** The following are known only at the end. */
  outcome?: 'deployed' | 'failed' | 'cancelled'
  /** The release that is serving now. */
  serving?: string | undefined
  failure?: { code: string; message: string }
  durationMs?: number
}

/** The environment variables of a hook. Every hook gets all of them; unknown ones are empty. */
export function hookVariables(facts: HookInput): Record<string, string> {
  const { deployer, failure, durationMs } = facts
  return {
    DRAY_HOOK: facts.moment,
    DRAY_COMMAND: facts.kind,
    DRAY_APP: facts.app,
    DRAY_ENVIRONMENT: facts.environment,
    DRAY_HOSTS: facts.hosts.join(' '),
    DRAY_HOST: facts.host ?? '',
    DRAY_TAG: facts.tag ?? '',
    DRAY_RELEASE: facts.release ?? '',
    DRAY_PREVIOUS_RELEASE: facts.previousRelease ?? '',
    DRAY_DEPLOYER: deployer.user,
    DRAY_RUN_URL: deployer.run ?? '',
    DRAY_URL: facts.url ?? '',
    DRAY_OUTCOME: facts.outcome ?? '',
    DRAY_SERVING: facts.serving ?? '',
    DRAY_ERROR_CODE: failure?.code ?? '',
    DRAY_ERROR: failure?.message ?? '',
    DRAY_DURATION_MS: durationMs === undefined ? '' : String(durationMs),
  }
}
