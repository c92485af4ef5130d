import {
  readGateAnswer,
  NotAGate,
  RequestRefused,
  type GateAnswer,
  type GateRequestText,
} from '../../../adapters/gate/gate-answer.ts'
import type { CommandRunner } from '../../../adapters/host/command-runner.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import type { Clock } from '../../../shared/clock.ts'

/** What to ask in place of reading, of a host whose key is one of `dray gate`. */
export type ThroughGate<T> = {
  request: GateRequestText
  /** What the gate of an older dray allows, which refuses `request`. */
  older?: GateRequestText | undefined
  /** The app's directory, which must be that of the gate. */
  path: string
  signal?: AbortSignal
  timeoutMs?: number
  /** `isOlder`: the answer is that to `older`. */
  read: (answer: GateAnswer, isOlder: boolean) => T
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
/** A gate that refused a newer request may have another dray after this long. */
const OLDER_MS = 300_000

/**
 * A host whose key was refused once is only asked, at the cost of one request each, until it answers as no gate does. One that refuses
 * a request that has an older form is asked in that form for the next five minutes.
 */
export function openGates(clock: Clock): Gates {
  const refusals = new WeakMap<CommandRunner, DrayError>()
  const olderUntilMs = new WeakMap<CommandRunner, number>()

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

  const ask = async <T>(
    runner: CommandRunner,
    through: ThroughGate<T>,
    { refusal, signal }: { refusal: DrayError; signal: AbortSignal },
  ): Promise<T> => {
    if (runner.ask === undefined) throw refusal
    const { older, path, timeoutMs = ASK_MS } = through
    const isOlder = older !== undefined && clock.now() < (olderUntilMs.get(runner) ?? 0)
    const request = isOlder ? older : through.request
    try {
      const output = await runner.ask(request, { signal, timeoutMs, mostBytes: MOST_BYTES })
      return through.read(readGateAnswer(output, { host: runner.name, request, path }), isOlder)
    } catch (error) {
      if (error instanceof NotAGate) refusals.delete(runner)
      if (older === undefined || isOlder || !(error instanceof RequestRefused)) throw error
    }
    olderUntilMs.set(runner, clock.now() + OLDER_MS)
    return await ask(runner, through, { refusal, signal })
  }

  return {
    read: async (runner, read, { through, signal }) => {
      const refusal = refusals.get(runner) ?? (await connect(runner, signal))
      if (refusal === undefined) return await read(runner)
      if (through === undefined) throw refusal
      return await ask(runner, through, { refusal, signal: through.signal ?? signal })
    },
  }
}
