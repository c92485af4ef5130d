import { DrayError } from '../errors/dray-error.ts'
import { EXIT } from '../errors/exit-code.ts'

export type InterruptOptions = {
  /** Prints a line on standard error. */
  say: (line: string) => void
  /** Exits immediately. */
  exit: (code: number) => void
}

export type Interrupts = {
  /** Aborts at the first signal, with a CANCELLED error. */
  signal: AbortSignal
  /** Handles one signal of the operating system, by name. */
  take(name: string): void
}

/**
 * The first Ctrl-C stops cleanly: changes are undone. The second reports that this is in progress. The third exits
 * immediately and leaves the rest to the next run.
 */
export function createInterrupts({ say, exit }: InterruptOptions): Interrupts {
  const controller = new AbortController()
  let count = 0
  return {
    signal: controller.signal,
    take: (name) => {
      count += 1
      if (count === 1) {
        say('Stopping: finishing or undoing the current changes first.')
        controller.abort(new DrayError('CANCELLED', `Stopped by ${describe(name)}.`))
      } else if (count === 2) {
        say('Still stopping. Press Ctrl-C again to exit immediately; the next run will clean up.')
      } else {
        exit(EXIT.cancelled)
      }
    },
  }
}

function describe(name: string): string {
  return name === 'SIGINT' ? 'Ctrl-C (SIGINT)' : name
}
