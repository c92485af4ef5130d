import type { Failure } from '../../../deploy/model/events.ts'

/** The last lines of a failure's log, unless its message and its problems end with each of them already. */
export function furtherLines({ message, details }: Pick<Failure, 'message' | 'details'>): readonly string[] {
  const { logTail = [], problems = [] } = details
  const said = [message, ...problems].flatMap((text) => text.split('\n')).map(withoutStop)
  return logTail.every((line) => said.some((text) => text.endsWith(withoutStop(line)))) ? [] : logTail
}

const withoutStop = (text: string): string => text.trim().replace(/\.$/, '')
