import type { ErrorDetails } from '../../errors/dray-error.ts'
import type { Engine } from '../model/ports.ts'
import type { Container } from '../model/container.ts'

const TAIL_LINES = 15

/** The last lines of a container's log as error details; empty if the log can no longer be read. */
export async function logOf(engine: Engine, container: Container): Promise<ErrorDetails> {
  return {
    logOf: container.name,
    logTail: await engine.logTail(container.id, TAIL_LINES).catch(() => []),
  }
}
