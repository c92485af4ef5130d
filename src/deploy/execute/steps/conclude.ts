import { DrayError } from '../../../errors/dray-error.ts'
import { logOf } from '../container-log.ts'
import { askUrl } from '../ask-url.ts'
import { describeAnswer, entryProxyOf, isAtHost, NO_UPSTREAM, SET_PROBE } from '../../model/entrance.ts'
import type { Entrance } from '../../model/prober.ts'
import { publishedPorts, type StepContext, type StepRunner } from '../execution.ts'
import { portOf, reportGaps } from '../gaps.ts'
import type { StepOf } from '../../model/plan.ts'
import { RECORD_FORMAT } from '../../model/record-format.ts'
import type { Release } from '../../model/release.ts'
import { describeOpen } from '../proxies/describe-open.ts'
import { stepsOn } from '../steps-on.ts'
import { describeReached, refuseReached } from '../proxies/refuse-reached.ts'
import { awaitCertificate, domainUnserved } from './check-domain.ts'
import { clearForward, listForwarded } from './forward-ports.ts'
import { refuseEnded, refuseEndedLately } from './refuse-ended.ts'

/**
 * Checks that the app answers at its URL, through the proxy; retries until the time limit. A guessed URL may need a host name
 * or another protocol: there, only a proxy without an upstream is a failure, and anything else a warning.
 */
export const checkUrl: StepRunner<StepOf<'check-url'>> = async (step, context) => {
  const { run, execution, signal } = context
  const { clock, patience, emit } = execution
  const { engine, prober } = run.host
  const asked = { prober, clock, forMs: patience.urlCheckMs, everyMs: patience.healthPollMs, signal }
  const first = await askUrl(step, asked)
  const isUncertified = step.domain !== undefined && 'error' in first.answer
  const { answer, isGood } = isUncertified ? await awaitCertificate(step, context) : first
  const said = describeAnswer(answer)
  if (isGood) {
    run.done.answered.set(step.url, step)
    const entry = [entryProxyOf(run.observation, execution.desired) ?? []].flat()
    const ports = [portOf(step.url), ...publishedPorts(entry, run)]
    return `${said}${await reportGaps({ ports, services: entry }, context)}`
  }
  if (step.guess && !('status' in answer && NO_UPSTREAM.includes(answer.status))) {
    const text = `${step.url} ${said}; dray guessed this URL, so the app was not checked.`
    emit({ type: 'note', at: clock.now(), level: 'warning', text, hint: SET_PROBE })
    return said
  }
  if (isUncertified) throw await domainUnserved(step, answer, context)
  const proxyService = entryProxyOf(run.observation, execution.desired)
  const containers = await engine.containers(run.observation.directory.app.project)
  const proxy = containers.find((it) => it.service === proxyService && !it.oneOff)
  throw new DrayError('URL_CHECK_FAILED', `${step.url} ${said} with the new release.`, {
    details: proxy === undefined ? {} : await logOf(engine, proxy),
  })
}

function entranceOf({ url, below, orStatus, fromHost, domain }: Entrance): Entrance {
  return {
    url,
    below,
    ...(orStatus !== undefined && { orStatus }),
    ...(fromHost && { fromHost }),
    ...(domain && { domain }),
  }
}

/** Throws SERVICE_EXITED. */
export const checkContainers: StepRunner<StepOf<'check-containers'>> = async (_, context) => {
  await refuseEnded(context)
  return undefined
}

/** Records the release, if its containers still run. From here on it is the current release. */
export const recordRelease: StepRunner<StepOf<'record-release'>> = async (step, context) => {
  await refuseEnded(context)
  const { host, files, observation } = context.run
  const { newHashKey } = observation.directory.envFile
  await host.directory.record(describeRelease(step, context), {
    files,
    drop: step.dropReleases,
    ...(newHashKey && { newHashKey }),
  })
  context.run.done.recorded = true
  return step.release
}

function describeRelease(
  { release, services, inactive, follows }: StepOf<'record-release'>,
  context: StepContext,
): Release {
  const { run, execution } = context
  const { directory } = run.observation
  const { envFile } = directory
  const { desired, deployer, clock } = execution
  return {
    version: RECORD_FORMAT,
    id: release,
    app: desired.app,
    environment: desired.environment,
    project: directory.app.project,
    ...(desired.tag === undefined ? {} : { tag: desired.tag }),
    ...(desired.commit && { commit: desired.commit }),
    ...(desired.restores === undefined ? {} : { restores: desired.restores.id }),
    ...(follows === undefined ? {} : { follows }),
    createdAtMs: clock.now(),
    by: deployer,
    services: Object.fromEntries(
      Object.entries(services).map(([name, planned]) => {
        const started = run.done.fresh.get(name)?.[0]?.configHash
        return [name, { ...planned, configHash: started ?? planned.configHash }]
      }),
    ),
    ...(inactive && { inactive }),
    ...(directory.app.elsewhere && { elsewhere: directory.app.elsewhere }),
    files: Object.fromEntries(run.observation.files.map((file) => [file.path, file.sha256])),
    variables: envFile.variables,
    ...(envFile.valueHashes && { valueHashes: envFile.valueHashes }),
    networks: directory.app.networks,
    entrances: [...run.done.answered.values()].filter(isAtHost).map(entranceOf),
  }
}

/**
 * Stops the old containers after the proxy's old workers have exited, so that no request is lost, and if the new ones still run
 * then. Throws SERVICE_EXITED and STILL_REACHED.
 */
export const stopOld: StepRunner<StepOf<'stop-old'>> = async (step, context) => {
  const { run, execution, signal } = context
  const { engine } = run.host
  await refuseEndedLately(context)
  const { service, containers } = step
  const old = run.observation.containers.filter(
    ({ id, state }) => containers.includes(id) && state === 'running',
  )
  const fresh = run.done.fresh.get(service) ?? []
  await refuseReached(describeReached({ service, old, fresh }, context), run.done.drained)
  const isDrained = (await run.done.drained) ?? true
  const graceMs = execution.servicePatience[service]?.drainMs
  let callers: string[] = []
  await run.stops.run(
    async () => {
      ;[callers] = await Promise.all([describeOpen(service, old, run), refuseEnded(context, [service])])
      signal.throwIfAborted()
      await Promise.all(
        containers.map(async (id) => {
          run.done.stopped.add(id)
          await engine.stop(id, graceMs)
        }),
      )
    },
    { signal },
  )
  const open = isDrained ? callers : [...callers, 'some requests still open']
  return [`${containers.length} stopped`, ...open].join(', ')
}

/** Removes the old containers. The new release is recorded by now, so nothing is undone any more. */
export const removeOld: StepRunner<StepOf<'remove-old'>> = async (step, { run, execution }) => {
  await Promise.all(step.containers.map((id) => run.host.engine.remove(id, { force: true })))
  const isForwarded = listForwarded(execution, step.host).some(({ service }) => service === step.service)
  if (isForwarded) await clearForward(step.service, run)
  return `${step.containers.length} removed`
}

/**
 * Checks the number and the images of the running containers, without those that are about to be removed: if the Engine restarts,
 * they run again for a moment. Throws RELEASE_MISMATCH.
 */
export const verifyRelease: StepRunner<StepOf<'verify-release'>> = async (step, { run, execution }) => {
  const going = stepsOn(execution.plan, step.host).flatMap((it) =>
    it.kind === 'remove-old' ? it.containers : [],
  )
  const { project } = run.observation.directory.app
  const containers = await run.host.engine.containers(project, new Set(going))
  for (const { service, image, replicas } of step.services) {
    const running = containers.filter((it) => it.service === service && !it.oneOff && it.state === 'running')
    const right = running.filter((it) => it.imageName === image)
    if (right.length === replicas && running.length === replicas) continue
    const others = [...new Set(running.filter((it) => it.imageName !== image).map((it) => it.imageName))]
    throw new DrayError(
      'RELEASE_MISMATCH',
      `${right.length} of ${replicas} containers of ${service} run the deployed image` +
        (others.length === 0 ? '.' : `; also running: ${others.join(', ')}.`),
    )
  }
  return undefined
}
