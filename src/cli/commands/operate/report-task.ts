import type { TaskEvent } from '../../../deploy/tasks/task-by-hand.ts'
import { narrateTask } from '../../../ui/reporters/narrate-task.ts'
import type { CommandOutput } from '../../command/command-output.ts'

/** Prints the output of a task on the stream it was written to, and its events on standard error. */
export function reportTask(
  { print, json, note, clean, style }: CommandOutput,
  { json: isJson }: { json: boolean },
): (event: TaskEvent) => void {
  return (event) => {
    if (isJson) {
      json(event)
    } else if (event.type === 'task.printed') {
      const say = event.stream === 'stdout' ? print : note
      say(clean(event.line))
    } else note(narrateTask(event, style))
  }
}
