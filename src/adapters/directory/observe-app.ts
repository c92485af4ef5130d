import * as z from 'zod'
import type { StatusObservation, SeenContainer } from '../../operations/status/status-observation.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { readDockerCliFailure } from '../docker/docker-cli-failure.ts'
import type { AppPlace } from './app-place.ts'
import { readHashes } from './file-hashes.ts'
import { readFileSystems } from './file-system.ts'
import { runReadingScript, scriptFailure } from './host-script.ts'
import { readLockHolder } from './lock/lock-holder.ts'
import { observeScript } from './observe-script.ts'
import { readBalancer, readInterrupted } from './read-journal-end.ts'
import { readRelease } from './read-release.ts'
import { NO_DIRECTORY } from './scripts.ts'
import { parseSections, sectionText } from './sections.ts'
import { standInLabel } from '../../deploy/model/stand-in.ts'

/**
 * Reads everything that the status of an app needs from a host, in one round trip. `timeoutMs`: how long that may take at most. Throws DOCKER_MISSING, DOCKER_DENIED,
 * DOCKER_UNREACHABLE, PATH_NOT_WRITABLE if there is no directory although containers of it run, and RECORD_UNREADABLE.
 */
export async function observeApp(
  { runner, path }: Pick<AppPlace, 'runner' | 'path'>,
  signal?: AbortSignal,
  timeoutMs?: number,
): Promise<Omit<StatusObservation, 'urls'>> {
  const output = await runReadingScript(runner, observeScript, {
    args: [path],
    ...(signal && { signal }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  })
  const host = runner.name
  if (output.exitCode !== 0) throw scriptFailure(output, { host, path, what: 'reading the app' })
  const sections = parseSections(output.stdout)
  const text = (name: string): string | undefined => sectionText(sections, name)
  const isNew = text('no-directory') !== undefined
  const hasDocker = text('no-docker') === undefined
  if (!hasDocker && !isNew) throw readDockerCliFailure(127, '', host)
  const dockerExit = Number(text('docker-exit') ?? 0)
  if (dockerExit !== 0) throw readDockerCliFailure(dockerExit, text('docker-error') ?? '', host)

  const containers = (text('containers') ?? '').split('\n').flatMap(readContainerLine)
  // It was removed, or its disk is not mounted.
  if (isNew && containers.length > 0)
    throw scriptFailure({ ...output, exitCode: NO_DIRECTORY }, { host, path, what: 'reading the app' })

  const release = text('release')
  const lock = text('lock') ?? ''
  return {
    nowMs: Number(text('now')) * 1000,
    release: release === undefined ? undefined : readRelease(release, path),
    fileHashes: readHashes(text('files') ?? ''),
    variables: text('env')
      ?.split('\n')
      .filter((name) => name !== ''),
    containers,
    journalBytes: Number(text('journal-bytes') ?? 0) || 0,
    ...readBalancer(text('balancer')),
    ...readInterrupted(text('interrupted')),
    fileSystems: readFileSystems([
      { holds: 'Docker', text: text('disk-docker') ?? '' },
      { holds: 'the app', text: text('disk-app') ?? '' },
    ]),
    lock: lock === '' ? undefined : { holder: readLockHolder(lock) },
    ...(isNew && {
      notSetUp: hasDocker
        ? `There is no directory ${path} on ${host}.`
        : `There is no Docker on ${host}, and no directory ${path}.`,
    }),
  }
}

const containerLine = z.object({
  id: z.string(),
  name: z.string(),
  image: z.string(),
  labels: z.record(z.string(), z.string()).nullable(),
  state: z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']),
  exitCode: z.number(),
  outOfMemory: z.boolean(),
  startedAt: z.string(),
  health: z.string(),
  restartCount: z.number(),
  restartPolicy: z.string(),
})

/** An invalid line, such as that of a container removed meanwhile, is skipped. */
function readContainerLine(line: string): SeenContainer[] {
  const container = containerLine.safeParse(parseJson(line)).data
  if (container === undefined) return []
  const { labels, health, restartPolicy } = container
  const label = (name: string): string | undefined => labels?.[`com.docker.compose.${name}`]
  return [
    {
      id: container.id,
      name: container.name.replace(/^\//, ''),
      project: label('project'),
      service: label('service') ?? '',
      oneOff: label('oneoff') === 'True',
      ...(labels?.[standInLabel] === undefined ? {} : { standIn: true as const }),
      imageName: container.image,
      configHash: label('config-hash') ?? '',
      state: container.state,
      exitCode: container.exitCode,
      outOfMemory: container.outOfMemory,
      restartCount: container.restartCount,
      startedAtMs: Math.max(0, Date.parse(container.startedAt) || 0),
      health: health === 'starting' || health === 'healthy' || health === 'unhealthy' ? health : 'none',
      restarts: restartsOf(restartPolicy),
    },
  ]
}

/** Docker's names: `no`, `on-failure`, `always`, `unless-stopped`; an old Engine sends an empty name for `no`. */
function restartsOf(policy: string): SeenContainer['restarts'] {
  if (policy === 'on-failure') return 'on-failure'
  return policy === 'always' || policy === 'unless-stopped' ? 'always' : 'never'
}
