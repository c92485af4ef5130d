import { releaseLabel, releaseNumber, renderDeployAgain } from '../../deploy/model/release.ts'
import type { DriftInput } from './find-drift.ts'
import type { Drift, DriftKind, InterruptedDeploy } from './status.ts'

/** What an interrupted deploy leaves: files, containers and services of the release before, and of its own. */
const LEFT_BEHIND: readonly DriftKind[] = [
  'image',
  'configuration',
  'replicas',
  'update',
  'file',
  'foreign-service',
]
/** Not explained by it alone, but the hint is to run it again. */
const HINTED: readonly DriftKind[] = ['service', 'load-balancer']

/** One message in place of all that an interrupted deploy explains: dray changed that, and no person did. */
export function explainInterrupted(found: readonly Drift[], input: DriftInput): readonly Drift[] {
  const { observation, release, environment, host } = input
  const { interrupted } = observation
  if (interrupted === undefined || releaseNumber(interrupted.release) <= releaseNumber(release.id))
    return found
  const others = found.filter((it) => !isLeftBehind(it, input))
  if (others.length === found.length) return found
  const hint = `${renderAgain(interrupted, { environment, host })} runs it again.`
  const label = releaseLabel(interrupted.release, interrupted.tag)
  const message = `The ${interrupted.restores === undefined ? 'deploy' : 'rollback'} ${label} was interrupted: files and containers may be of both ${release.id} and ${interrupted.release}.`
  return [
    { kind: 'release', subject: interrupted.release, message, hint },
    ...others.map((it) => (HINTED.includes(it.kind) ? { ...it, hint } : it)),
  ]
}

function isLeftBehind({ kind, subject }: Drift, { observation, release }: DriftInput): boolean {
  if (kind === 'foreign-container') {
    const container = observation.containers.find(({ name }) => name === subject)
    return container?.standIn === true || container?.project !== undefined
  }
  // A user started a service without an active profile.
  if (kind === 'image' && release.inactive?.[subject] !== undefined) return false
  return LEFT_BEHIND.includes(kind)
}

function renderAgain(
  { tag, restores, joins }: InterruptedDeploy,
  { environment, host }: { environment: string; host: string },
): string {
  if (joins === true) return `\`dray deploy ${environment} --only ${host}\``
  if (restores !== undefined) return `\`dray rollback ${environment} ${restores}\``
  return renderDeployAgain(environment, { tag })
}
