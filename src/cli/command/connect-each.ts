import { LocalShell } from '../../adapters/host/local-shell.ts'
import type { Shell } from '../../adapters/host/shell.ts'
import { writeSshSecrets, type SshConfigFile } from '../../adapters/host/ssh-secrets.ts'
import { SshShell } from '../../adapters/host/ssh-shell.ts'
import { localHost } from '../../config/deploy-config.ts'
import type { CliContext } from './context.ts'

export type Connected<T> = AsyncDisposable & {
  /** What was made of each host, in the order of the names. */
  hosts: readonly T[]
  /** This machine. */
  local: LocalShell
}

/** A shell for each host, in the order of the names; none is connected yet. Throws SSH_SECRET_INVALID, CONFIG_INVALID. */
export async function openShells(
  hostNames: readonly string[],
  context: CliContext,
): Promise<AsyncDisposable & { shells: readonly Shell[]; local: LocalShell }> {
  const local = new LocalShell()
  const secrets = await writeSecretsOf(context)
  const opened: AsyncDisposable[] = [local, ...(secrets === undefined ? [] : [secrets])]
  const dispose = async (): Promise<void> => {
    await Promise.all(opened.map((it) => it[Symbol.asyncDispose]()))
  }
  try {
    const shells = hostNames.map((name) => {
      if (name === localHost) return local
      const shell = new SshShell(name, { configFile: secrets?.path })
      opened.push(shell)
      return shell
    })
    return { shells, local, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/**
 * Connects to hosts side by side, and makes of each what is wanted as soon as it answers. Throws what connecting throws;
 * what was opened by then is closed.
 */
export async function connectEach<T>(
  hostNames: readonly string[],
  context: CliContext,
  make: (shell: Shell) => T,
): Promise<Connected<T>> {
  const opened = await openShells(hostNames, context)
  try {
    const hosts = await Promise.all(
      opened.shells.map(async (shell) => {
        await shell.connect(context.signal)
        return make(shell)
      }),
    )
    return { hosts, local: opened.local, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw error
  }
}

/** What CI hands over as text; undefined where it hands over nothing. Throws SSH_SECRET_INVALID. */
async function writeSecretsOf({ env }: CliContext): Promise<SshConfigFile | undefined> {
  const { DRAY_SSH_KEY: key, DRAY_SSH_KNOWN_HOSTS: knownHosts, RUNNER_TEMP: runnerTemp } = env
  if (key === undefined && knownHosts === undefined) return undefined
  return writeSshSecrets({ key, knownHosts }, runnerTemp)
}
