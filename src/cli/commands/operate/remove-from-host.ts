import { realpath } from 'node:fs/promises'
import { createDirectoryRemoval } from '../../../adapters/directory/app-removal.ts'
import { createRestoredPlace } from '../../../adapters/directory/restored-place.ts'
import { localHost } from '../../../config/deploy-config.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { planRemovalOn, removeApp } from '../../../operations/remove/remove-app.ts'
import { planStackRemovalOn, removeStack } from '../../../operations/remove/remove-stack.ts'
import type { RemovalHost } from '../../../operations/remove/removal-host.ts'
import type { NodeOutcome } from '../../../operations/remove/node-removal.ts'
import type { GoingThing, RemovalPlan, RemovalWish } from '../../../operations/remove/removal-plan.ts'
import type { UnrecordedDeploy } from '../../../operations/remove/unrecorded-deploy.ts'
import type { Release } from '../../../deploy/model/release.ts'
import type { SwarmDisks } from '../../command/connect-swarm-disks.ts'
import type { CommandOutput } from '../../command/command-output.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'
import type { CliContext } from '../../command/context.ts'
import type { ConnectedApp } from './connect-apps.ts'

/** A removal that was planned for a host. */
export type PlannedOnHost = {
  plan: RemovalPlan
  /** Of nodes of a swarm that dray.yml lists. */
  failures: readonly unknown[]
  /** Carries it out. Returns what is in the directory afterwards. Throws REMOVAL_INCOMPLETE. */
  remove: (stop: AbortSignal) => Promise<{ entries: readonly string[] }>
}

type Wanted = {
  release: Release | UnrecordedDeploy
  wish: RemovalWish
  signal: AbortSignal
}

type Work = {
  input: EnvironmentInput
  context: CliContext
  output: CommandOutput
  /** With `engine: swarm`: its nodes. */
  swarm: SwarmDisks | undefined
}

/** Plans the removal of the app from a host: of its containers, or of its stack. Throws PATH_NOT_WRITABLE, and what Docker throws. */
export async function planOnHost(app: ConnectedApp, wanted: Wanted, work: Work): Promise<PlannedOnHost> {
  const { swarm } = work
  if (swarm !== undefined) return planForStack(app, wanted, { ...work, swarm })
  const planned = await planRemovalOn(await removalHost(app, work.input), wanted)
  return { plan: planned.plan, failures: [], remove: (stop) => removeApp(planned, stop) }
}

async function planForStack(
  { host, place }: ConnectedApp,
  wanted: Wanted,
  { input, context, output, swarm }: Work & { swarm: SwarmDisks },
): Promise<PlannedOnHost> {
  const { name, engine } = host
  const directory = createDirectoryRemoval(place)
  const isSource = await isSourcePlace(name, { path: place.path, config: input.config })
  const planned = await planStackRemovalOn(
    { name, cluster: engine.cluster, directory, isSource, clock: context.clock, swarm },
    wanted,
  )
  const onWait = (tasks: number): void =>
    output.note(`Waiting for ${tasks === 1 ? '1 task' : `${tasks} tasks`} to stop.`)
  const onNode = ({ host: node, removed }: NodeOutcome): void => {
    const counts = countKinds(removed, ['image', 'container', 'volume'])
    if (counts !== '') output.note(`Removed ${counts} from ${node}.`)
  }
  return {
    plan: planned.plan,
    failures: planned.nodes.failures,
    remove: async (stop) => {
      const { entries, unseen } = await removeStack(planned, { stop, onWait, onNode })
      if (unseen.length > 0)
        output.note(
          `Not seen to stop, since the node is down: ${unseen.join(', ')}. Swarm stops it when the node is back.`,
        )
      return { entries }
    },
  }
}

/** `2 services, 1 network`: of these kinds; empty without any. */
export function countKinds(
  things: readonly Pick<GoingThing, 'kind'>[],
  kinds: readonly GoingThing['kind'][],
): string {
  const counts = kinds.flatMap((kind) => {
    const { length } = things.filter((it) => it.kind === kind)
    return length === 0 ? [] : [`${length} ${kind}${length === 1 ? '' : 's'}`]
  })
  return counts.join(', ')
}

async function removalHost(
  { host, place }: ConnectedApp,
  { config }: EnvironmentInput,
): Promise<RemovalHost> {
  const { name, engine, target, archive } = host
  return {
    name,
    engine,
    forwarder: target.forwarder,
    directory: createDirectoryRemoval(place),
    isSource: await isSourcePlace(name, { path: place.path, config }),
    readExternals: async (release) => {
      try {
        const { app } = await createRestoredPlace(place, release).directory.inspect(
          await archive.files(release),
        )
        return app.externals ?? []
      } catch (error) {
        if (error instanceof DrayError) return undefined
        throw error
      }
    },
  }
}

async function isSourcePlace(
  host: string,
  { path, config }: { path: string } & Pick<EnvironmentInput, 'config'>,
): Promise<boolean> {
  if (host !== localHost) return false
  const [one, two] = await Promise.all([path, config.projectDirectory].map((it) => realpath(it)))
  return one === two
}
