import type { ErrorDetails } from '../../errors/dray-error.ts'
import { excerptLog } from './log-excerpt.ts'
import type { Engine } from '../model/ports.ts'
import type { Container } from '../model/container.ts'

/** Of a new container, this is usually the whole log. */
const TAIL_LINES = 1000

/** An excerpt of a container's log as error details; empty if the log can no longer be read. */
export async function logOf(engine: Engine, container: Container): Promise<ErrorDetails> {
  const lines = await engine.logTail(container.id, TAIL_LINES).catch(() => [])
  const isWhole = lines.length < TAIL_LINES
  return {
    logOf: container.name,
    logTail: excerptLog(lines, { argv: container.healthCheck?.argv, isWhole }),
  }
}
