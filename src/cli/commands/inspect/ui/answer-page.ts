import { createReleaseArchive } from '../../../../adapters/directory/release-archive.ts'
import { historyRequest } from '../../../../adapters/gate/gate-answer.ts'
import { readToldHistory } from '../../../../adapters/gate/told-history.ts'
import type { CommandRunner } from '../../../../adapters/host/command-runner.ts'
import { failureFrom } from '../../../../deploy/execute/failure.ts'
import { newestRelease, releaseNumber, type Release } from '../../../../deploy/model/release.ts'
import { readHistory } from '../../../../deploy/releases/history.ts'
import { describeContents } from '../../../../deploy/releases/release-contents.ts'
import { readTaskHistory } from '../../../../deploy/tasks/task-history.ts'
import { DrayError } from '../../../../errors/dray-error.ts'
import { compareSides } from '../../../../operations/diff/compare-sides.ts'
import { readReleaseSide } from '../../../../operations/diff/read-release-side.ts'
import type { Answer, ReleaseChanges, ReleaseView, Timeline } from '../../../../ui/page/model.ts'
import { filePatch } from '../../../../ui/render/results/render-release-diff.ts'
import { describeHost } from '../../../command/connect-hosts.ts'
import { connectRegistry } from '../../../command/connect-registry.ts'
import type { CliContext } from '../../../command/context.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'
import { archivingHost } from '../../ship/connect-archived.ts'
import type { OnHost } from '../ask-status.ts'

const ATTEMPTS = 50

export type AnswerPorts = { onHost: OnHost; context: CliContext }

/** The last deploys, rollbacks and tasks of every host, with their steps. A host that cannot be read has a failure. */
export async function answerTimeline(
  { config }: EnvironmentInput,
  { onHost, context }: AnswerPorts,
): Promise<Timeline> {
  const { hosts, path } = config.environment
  const { signal } = context
  const { request, older } = historyRequest(ATTEMPTS, { withSteps: true })
  const read = (host: string): Promise<Timeline['hosts']> => {
    const readArchive = async (runner: CommandRunner): Promise<Timeline['hosts']> => {
      // One more, to find the images that the last one changed.
      const contents = await createReleaseArchive({ runner, path, steps: 'all' }).read(ATTEMPTS + 1, signal)
      const attempts = readHistory(contents, ATTEMPTS)
      return [{ host, attempts, tasks: readTaskHistory(contents, ATTEMPTS) }]
    }
    return onHost(host, readArchive, {
      ...{ request, older, path, signal },
      read: (answer) =>
        readToldHistory(answer, { host, limit: ATTEMPTS }).map((told) =>
          'error' in told ? { host: told.host, failure: failureFrom(told.error) } : told,
        ),
    })
  }
  const found = await Promise.all(
    hosts.map(async (host) => {
      const answer = await orFailure(read(host), context)
      return 'failure' in answer ? [{ host, ...answer }] : answer
    }),
  )
  return { hosts: found.flat() }
}

/** An archived release, with what changed against the one before it. A failure if it is not archived. */
export function answerRelease(
  input: EnvironmentInput,
  { host, release: id }: { host: string; release: string },
  { onHost, context }: AnswerPorts,
): Promise<Answer<ReleaseView>> {
  const read = onHost(host, async (runner): Promise<ReleaseView> => {
    const connected = describeHost(runner, input, context)
    using _ = connected.engine
    const { releases } = await connected.archive.read(1, context.signal)
    const release = releases.find((it) => it.id === id)
    if (release === undefined) {
      throw new DrayError(
        'RELEASE_UNKNOWN',
        `Release ${id} is not archived on ${host}, or never succeeded.`,
        {
          hint: 'Choose a release of the timeline that is archived.',
        },
      )
    }
    await using registry = connectRegistry(input, context, Promise.resolve([connected]))
    const archiving = archivingHost(connected, () => registry.client)
    const before = previousOf(release, releases)
    const changes =
      before === undefined
        ? undefined
        : compareSides(
            ...(await Promise.all([
              readReleaseSide({ host: archiving, release: before }, context.signal),
              readReleaseSide({ host: archiving, release }, context.signal),
            ])),
          )
    return {
      ...describeContents(release),
      changes: changes && { ...changes, files: changes.files.map(withPatch) },
    }
  })
  return orFailure(read, context)
}

/** The release that served before, if it is archived. */
function previousOf(release: Release, releases: readonly Release[]): Release | undefined {
  const followed = releases.find(({ id }) => id === release.follows)
  const older = releases.filter(({ id }) => releaseNumber(id) < releaseNumber(release.id))
  return release.follows === undefined ? newestRelease(older) : followed
}

function withPatch(file: ReturnType<typeof compareSides>['files'][number]): ReleaseChanges['files'][number] {
  if (file.kind !== 'text') return file
  const { path, change, kind } = file
  return { path, change, kind, patch: filePatch(file) ?? '' }
}

/** The result, or the failure that a user would see. Throws what is no such failure, and after Ctrl-C. */
export async function orFailure<T>(read: Promise<T>, { signal }: CliContext): Promise<Answer<T>> {
  try {
    return await read
  } catch (error) {
    if (signal.aborted || !(error instanceof DrayError)) throw error
    return { failure: failureFrom(error) }
  }
}
