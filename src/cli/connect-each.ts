import { tmpdir } from 'node:os'
import { LocalShell } from '../adapters/host/local-shell.ts'
import type { Shell } from '../adapters/host/shell.ts'
import { writeSshSecrets, type SshConfigFile } from '../adapters/host/ssh-secrets.ts'
import { SshShell } from '../adapters/host/ssh-shell.ts'
import { localHost } from '../config/deploy-config.ts'
import type { CliContext } from './context.ts'

export type Connected<T> = AsyncDisposable & {
  /** What was made of each host, in the order of the names. */
  hosts: readonly T[]
  /** This machine. */
  local: LocalShell
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
  const local = new LocalShell()
  const opened: AsyncDisposable[] = [local]
  const dispose = async (): Promise<void> => {
    await Promise.all(opened.map((it) => it[Symbol.asyncDispose]()))
  }
  try {
    const secrets = await writeSecretsOf(context)
    if (secrets !== undefined) opened.push(secrets)
    const hosts = await Promise.all(
      hostNames.map(async (name) => {
        const shell = name === localHost ? local : new SshShell(name, { configFile: secrets?.path })
        if (shell !== local) opened.push(shell)
        await shell.connect(context.signal)
        return make(shell)
      }),
    )
    return { hosts, local, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** What CI hands over as text; undefined where it hands over nothing. Throws SSH_SECRET_INVALID. */
async function writeSecretsOf({ env }: CliContext): Promise<SshConfigFile | undefined> {
  const { DRAY_SSH_KEY: key, DRAY_SSH_KNOWN_HOSTS: knownHosts, RUNNER_TEMP: runnerTemp } = env
  if (key === undefined && knownHosts === undefined) return undefined
  return writeSshSecrets({ key, knownHosts }, runnerTemp ?? tmpdir())
}
