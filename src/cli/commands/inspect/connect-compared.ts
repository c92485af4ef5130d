import type { Site } from '../../../deploy/plan/observe/observe.ts'
import type { Registry } from '../../../deploy/model/ports.ts'
import type { ArchivingHost } from '../../../deploy/releases/rollback.ts'
import { connectHosts } from '../../command/connect-hosts.ts'
import { archivingHost } from '../ship/connect-archived.ts'
import { connectRegistry, type ConnectedRegistry } from '../../command/connect-registry.ts'
import { appSource } from '../ship/connect-targets.ts'
import type { CliContext } from '../../command/context.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'

export type ComparedTargets = AsyncDisposable & {
  /** The archived releases on the host. */
  kept: ArchivingHost
  /** The input of a deploy from here; reads the registry only when called. */
  tree: () => Site
}

/** The composition root of a comparison, on the only host of `input`. Throws the errors of connecting. */
export async function connectCompared(
  input: EnvironmentInput,
  context: CliContext,
): Promise<ComparedTargets> {
  const connected = await connectHosts(input, context)
  let opened: ConnectedRegistry | undefined
  const registry = (): Registry =>
    (opened ??= connectRegistry(input, context, Promise.resolve(connected.hosts))).client
  const [host] = connected.hosts
  return {
    kept: archivingHost(host, registry),
    tree: () => ({ host: host.target, source: appSource(input), registry: registry() }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([opened?.[Symbol.asyncDispose](), connected[Symbol.asyncDispose]()])
    },
  }
}
