import { DrayError } from '../errors/dray-error.ts'
import type { BuildStep, BuildState } from './build-state.ts'

/** Number of output lines of the failed step to show. */
const shownLines = 20

/**
 * The failure of a build without images: BUILD_FAILED with the step's last lines, REGISTRY_FORBIDDEN, REGISTRY_UNAUTHORIZED,
 * PUSH_FAILED, or DOCKER_UNREACHABLE. Recognised by the texts of Buildx 0.29 and of the registries, which have no codes.
 */
export function explainBuildFailure({ steps, said }: Pick<BuildState, 'steps' | 'said'>): DrayError {
  const failed = [...steps.values()].find(({ error }) => error !== undefined)
  const reason = failed?.error ?? lastReason(said)
  if (
    /Cannot connect to the Docker daemon|failed to connect to the docker API|error during connect/.test(
      reason,
    )
  ) {
    return new DrayError('DOCKER_UNREACHABLE', `Docker on this machine does not answer: ${reason}`, {
      hint: 'Start Docker on this machine; `docker info` shows whether it answers.',
    })
  }
  if (failed === undefined)
    return new DrayError('BUILD_FAILED', `Nothing was built${placeIn(said)}: ${reason}`)
  return isPush(failed) ? pushFailure(failed, reason) : stepFailure(failed, placeIn(said))
}

function isPush({ place, title }: BuildStep): boolean {
  return place === undefined && /^(?:pushing|exporting)\b/.test(title)
}

function pushFailure({ target: subject = 'An image' }: BuildStep, reason: string): DrayError {
  const details = { logTail: [reason], logOf: 'Buildx' }
  if (/\bdenied\b|permission_denied|403 Forbidden|not allowed to/i.test(reason)) {
    return new DrayError(
      'REGISTRY_FORBIDDEN',
      `${subject} was not pushed: the registry rejects this login.`,
      {
        hint: 'Give the token `packages: write`. If another repository pushed the package first, give this one the role Write on the page of the package, under "Manage Actions access".',
        details,
      },
    )
  }
  if (/unauthorized|401|authentication required|no basic auth credentials/i.test(reason)) {
    return new DrayError(
      'REGISTRY_UNAUTHORIZED',
      `${subject} was not pushed: the registry requires a login.`,
      {
        details,
      },
    )
  }
  return new DrayError('PUSH_FAILED', `${subject} was not pushed: ${reason}`, { temporary: true })
}

function stepFailure({ target, title, error = '', lines }: BuildStep, place: string): DrayError {
  const exitCode = /did not complete successfully: exit code: (\d+)/.exec(error)?.[1]
  const reason = error.replace(/failed to calculate checksum of ref \S+: /, '')
  const how = exitCode === undefined ? `failed: ${reason}` : `failed with exit code ${exitCode}.`
  return new DrayError('BUILD_FAILED', `${target ?? 'An image'}: \`${title}\`${place} ${how}`, {
    details: lines.length === 0 ? {} : { logTail: lines.slice(-shownLines), logOf: `\`${title}\`` },
    ...(lines.length === 0 && { hint: 'Correct the build and run it again.' }),
  })
}

/** The line of the Dockerfile, which Buildx prints above an excerpt. */
function placeIn(said: readonly string[]): string {
  const [, file, line] = said.map((it) => /^(\S+):(\d+)$/.exec(it)).find((it) => it !== null) ?? []
  return file === undefined || line === undefined ? '' : ` (${file}, line ${line})`
}

/** `ERROR: target web: failed to solve: …` */
function lastReason(said: readonly string[]): string {
  const lines = said.map((line) => line.trim()).filter((line) => line !== '')
  const last = lines.findLast((line) => line.startsWith('ERROR: ')) ?? lines.at(-1)
  return last?.replace(/^ERROR: (?:target \S+: )?(?:failed to \w+: )?/, '') ?? 'it gave no reason.'
}
