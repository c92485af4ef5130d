import type { Failure } from '../../../deploy/model/events.ts'

/** The last lines of a failure's log, unless its message and its problems have them all already. */
export function furtherLines({ message, details }: Pick<Failure, 'message' | 'details'>): readonly string[] {
  const { logTail = [], problems = [] } = details
  const said = [message, ...problems].join('\n')
  return logTail.every((line) => said.includes(line.trim())) ? [] : logTail
}
