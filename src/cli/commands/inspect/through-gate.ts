import {
  readGateAnswer,
  NotAGate,
  type GateAnswer,
  type GateRequestText,
} from '../../../adapters/gate/gate-answer.ts'
import type { CommandRunner } from '../../../adapters/host/command-runner.ts'
import { DrayError } from '../../../errors/dray-error.ts'

/** What to ask in place of reading, of a host whose key is one of `dray gate`. */
export type ThroughGate<T> = {
  request: GateRequestText
  /** The app's directory, which must be that of the gate. */
  path: string
  signal?: AbortSignal
  timeoutMs?: number
  read: (answer: GateAnswer) => T
}

/** Reads from hosts, and of those whose key is one of a gate what that key may ask for. */
export type Gates = {
  /**
   * Connects, if necessary, and reads. With a key of a gate: asks for `through` instead; throws GATE_REFUSED without it. Throws the
   * errors of connecting, of `read`, and of the gate.
   */
  read<T>(
    runner: CommandRunner,
    read: (runner: CommandRunner) => Promise<T>,
    options: { through?: ThroughGate<T> | undefined; signal: AbortSignal },
  ): Promise<T>
}

/** More than the status of an app with hundreds of services, or the steps of a hundred deploys of several hosts. */
const MOST_BYTES = 32 * 1024 ** 2
/** A script that reads has as long. */
const ASK_MS = 60_000

/** A host whose key was refused once is only asked, at the cost of one request each, until it answers as no gate does. */
export function openGates(): Gates {
  const refusals = new WeakMap<CommandRunner, DrayError>()

  const connect = async (runner: CommandRunner, signal: AbortSignal): Promise<DrayError | undefined> => {
    try {
      await runner.connect(signal)
      return undefined
    } catch (error) {
      if (!(error instanceof DrayError) || error.code !== 'GATE_REFUSED') throw error
      refusals.set(runner, error)
      return error
    }
  }

  return {
    read: async (runner, read, { through, signal }) => {
      const refusal = refusals.get(runner) ?? (await connect(runner, signal))
      if (refusal === undefined) return await read(runner)
      if (through === undefined || runner.ask === undefined) throw refusal
      const { request, path, timeoutMs = ASK_MS } = through
      try {
        const asked = { signal: through.signal ?? signal, timeoutMs, mostBytes: MOST_BYTES }
        const output = await runner.ask(request, asked)
        return through.read(readGateAnswer(output, { host: runner.name, request, path }))
      } catch (error) {
        if (error instanceof NotAGate) refusals.delete(runner)
        throw error
      }
    },
  }
}
