import type { CommandRunner } from '../../../../adapters/host/command-runner.ts'
import { DrayError } from '../../../../errors/dray-error.ts'
import { openRunners } from '../../../command/connect-each.ts'
import type { CliContext } from '../../../command/context.ts'
import type { OnHost } from '../ask-status.ts'
import { openGates } from '../through-gate.ts'

export type HostConnections = AsyncDisposable & { onHost: OnHost }

type Opened = AsyncDisposable & { runners: readonly [CommandRunner, ...CommandRunner[]] }

/**
 * One connection for each host, made when it is first used, for all pages and environments. One that breaks is closed, and the
 * next use makes another.
 */
export function holdConnections(context: CliContext): HostConnections {
  const opened = new Map<string, Promise<Opened>>()
  const gates = openGates(context.clock)

  const open = (host: string): Promise<Opened> => {
    const known = opened.get(host)
    if (known !== undefined) return known
    const made = openRunners([host], context)
    opened.set(host, made)
    return made
  }
  const drop = async (host: string, broken: Promise<Opened>): Promise<void> => {
    if (opened.get(host) === broken) opened.delete(host)
    await (await broken.catch(() => undefined))?.[Symbol.asyncDispose]()
  }

  return {
    onHost: async (host, read, through) => {
      const connection = open(host)
      try {
        const [runner] = (await connection).runners
        return await gates.read(runner, read, { through, signal: context.signal })
      } catch (error) {
        if (isBroken(error)) await drop(host, connection)
        throw error
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...opened].map(([host, connection]) => drop(host, connection)))
    },
  }
}

/** The connection failed, not what was read over it. */
function isBroken(error: unknown): boolean {
  if (!(error instanceof DrayError)) return false
  return /^(?:HOST_(?!COMMAND_FAILED)|SSH_SECRET_INVALID)/.test(error.code)
}
