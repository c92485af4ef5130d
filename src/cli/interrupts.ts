import { DrayError } from '../errors/dray-error.ts'
import { EXIT } from '../errors/exit-code.ts'

export type InterruptOptions = {
  /** Says a line on standard error. */
  say: (line: string) => void
  /** Ends the process at once. */
  exit: (code: number) => void
}

export type Interrupts = {
  /** Aborts at the first signal, with a CANCELLED error. */
  signal: AbortSignal
  /** Takes one signal of the operating system, by name. */
  take(name: string): void
}

/**
 * Ctrl-C once stops cleanly: what was begun is undone. Twice says that this is under way. Three times ends at once, and
 * leaves the rest to the next run.
 */
export function createInterrupts({ say, exit }: InterruptOptions): Interrupts {
  const controller = new AbortController()
  let count = 0
  return {
    signal: controller.signal,
    take: (name) => {
      count += 1
      if (count === 1) {
        say('Stopping: what was begun is finished or undone first.')
        controller.abort(new DrayError('CANCELLED', `Stopped by ${describe(name)}.`))
      } else if (count === 2) {
        say(
          'Still stopping, so that the app is left as it was. Once more ends dray at once; the next run tidies up.',
        )
      } else {
        exit(EXIT.cancelled)
      }
    },
  }
}

function describe(name: string): string {
  return name === 'SIGINT' ? 'Ctrl-C (SIGINT)' : name
}
