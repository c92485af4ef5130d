import { LocalRunner } from '../../adapters/host/local-runner.ts'
import type { CommandRunner } from '../../adapters/host/command-runner.ts'
import { writeSshSecrets, type SshConfigFile } from '../../adapters/host/ssh-secrets.ts'
import { SshRunner } from '../../adapters/host/ssh-runner.ts'
import { localHost } from '../../config/deploy-config.ts'
import { onEachHost } from '../../deploy/model/on-each-host.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { mapNonEmpty, type NonEmpty } from '../../shared/non-empty.ts'
import type { CliContext } from './context.ts'

export type Connected<T> = AsyncDisposable & {
  /** The results of `make`, in the order of the host names. */
  hosts: NonEmpty<T>
  /** This machine. */
  local: LocalRunner
}

/** A shell for each host, in the order of the names, not connected yet. Throws SSH_SECRET_INVALID, CONFIG_INVALID. */
export async function openRunners(
  hostNames: NonEmpty<string>,
  context: CliContext,
): Promise<AsyncDisposable & { runners: NonEmpty<CommandRunner>; local: LocalRunner }> {
  const local = new LocalRunner()
  const secrets = await writeSecretsOf(context)
  const opened: AsyncDisposable[] = [local, ...(secrets === undefined ? [] : [secrets])]
  const dispose = async (): Promise<void> => {
    await Promise.all(opened.map((it) => it[Symbol.asyncDispose]()))
  }
  try {
    const runners = mapNonEmpty(hostNames, (name) => {
      if (name === localHost) return local
      const runner = new SshRunner(
        name,
        secrets && { configFile: secrets.path, hasKnownHosts: secrets.hasKnownHosts },
      )
      opened.push(runner)
      return runner
    })
    return { runners, local, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/**
 * Connects to hosts in parallel and calls `make` for each as soon as it is connected. Throws the errors of connecting, those of
 * several hosts together, after closing every open connection.
 */
export async function connectEach<T>(
  hostNames: NonEmpty<string>,
  context: CliContext,
  make: (runner: CommandRunner) => T,
): Promise<Connected<T>> {
  const opened = await openRunners(hostNames, context)
  try {
    const [first, ...more] = await onEachHost(
      opened.runners,
      { nameOf: ({ name }) => name, signal: context.signal },
      async (runner) => {
        await runner.connect(context.signal)
        return make(runner)
      },
    )
    if (first === undefined) throw new DrayError('INTERNAL', 'No host is connected.')
    return {
      hosts: [first, ...more],
      local: opened.local,
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    }
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw error
  }
}

/** Writes the key and host keys that CI passes as text; undefined without them. Throws SSH_SECRET_INVALID. */
async function writeSecretsOf({ env }: CliContext): Promise<SshConfigFile | undefined> {
  const { DRAY_SSH_KEY: key, DRAY_SSH_KNOWN_HOSTS: knownHosts, RUNNER_TEMP: runnerTemp } = env
  if (key === undefined && knownHosts === undefined) return undefined
  return writeSshSecrets({ key, knownHosts }, runnerTemp)
}
