import { examineServer } from '../../../adapters/directory/examine-server.ts'
import type { CommandRunner } from '../../../adapters/host/command-runner.ts'
import type { Answer, DoctorObservation } from '../../../operations/doctor/doctor-observation.ts'
import { inspectHost } from '../../../deploy/plan/observe/observe.ts'
import { settle } from './settle.ts'
import { describeHost } from '../../command/connect-hosts.ts'
import { examineApp } from './examine-app.ts'
import { examineNodes, examineStack } from './examine-stack.ts'
import type { ExaminedWith } from './examined-with.ts'

/**
 * Reads from one host and the registry everything that a deploy reads. The parts are independent: a failure hides no other
 * result. Changes nothing and takes no lock. Throws the signal's reason.
 */
export async function examineHost(
  runner: CommandRunner,
  by: ExaminedWith,
): Promise<Omit<DoctorObservation, 'hostAddresses'>> {
  const { input, context } = by
  const { signal, clock } = context
  const { path } = input.config.environment
  const startedAtMs = clock.now()
  const connection = await settle(runner.connect(signal), signal)
  const { probeUrl, disk } = by.desired
  const scene = {
    host: runner.name,
    path,
    server: undefined,
    engine: undefined,
    app: undefined,
    containers: undefined,
    others: [],
    images: undefined,
    registries: undefined,
    url: probeUrl ? await by.lookUp(probeUrl) : undefined,
    plan: undefined,
    diskLimitPercent: disk.limitPercent,
  }
  if ('failure' in connection) return { ...scene, connection }

  const durationMs = clock.now() - startedAtMs
  const host = describeHost(runner, input, context)
  by.onDescribed(host)
  const name = scene.url?.lookedUp?.name
  const [server, engine] = await Promise.all([
    settle(examineServer({ runner, path, name, clock }, signal), signal),
    settle(host.engineObservation, signal),
  ])
  if ('value' in engine) by.onUsable(host)
  const { swarm } = host.target
  const nodes =
    swarm === undefined || 'failure' in engine ? undefined : await settle(swarm.cluster.nodes(), signal)
  const access = nodes !== undefined && 'value' in nodes ? await examineNodes(host, by) : {}
  const seen = {
    ...scene,
    connection: { value: { durationMs } },
    server,
    engine: withVersion(engine),
    ...(swarm && { swarm: { nodes, missing: undefined, ...access } }),
  }
  if ('failure' in engine || 'failure' in server || !canInspect(server.value)) return seen

  const app = await settle(inspectHost({ ...by, host: host.target }, signal), signal)
  if (swarm !== undefined && 'value' in app)
    return { ...seen, app, ...(await examineStack({ host, swarm, nodes, access }, app.value, by)) }
  return 'failure' in app ? { ...seen, app } : { ...seen, app, ...(await examineApp(host, app.value, by)) }
}

/** Whether the parts that a deploy reads first are usable. */
function canInspect({ compose, directory, envFile }: NonNullable<ServerValue>): boolean {
  return [compose, directory, envFile].every((answer) => answer !== undefined && 'value' in answer)
}

type ServerValue = Extract<NonNullable<DoctorObservation['server']>, { value: unknown }>['value']

function withVersion(
  engine: Answer<{ version: string; os: string; architecture: string }>,
): DoctorObservation['engine'] {
  if ('failure' in engine) return engine
  const { version, ...platform } = engine.value
  return { value: { version, platform } }
}
