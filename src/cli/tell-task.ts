import type { TaskEvent } from '../deploy/task-by-hand.ts'
import { defuseCommands } from '../ui/github-command.ts'
import { narrateTask } from '../ui/narrate-task.ts'
import type { CommandOutput } from './command-output.ts'
import type { CliContext } from './context.ts'

/** Tells what a task does: what it prints on the stream that it printed it on, all else on standard error. */
export function tellTask(
  { print, json, note, clean, look }: CommandOutput,
  { json: isJson, context }: { json: boolean; context: CliContext },
): (event: TaskEvent) => void {
  const isInActions = context.env['GITHUB_ACTIONS'] === 'true'
  const foreign = (line: string): string => (isInActions ? defuseCommands(clean(line)) : clean(line))
  return (event) => {
    if (isJson) {
      const { type, at: _, ...fields } = event
      json(type, event.type === 'task.printed' ? { ...fields, line: clean(event.line) } : fields)
    } else if (event.type === 'task.printed') {
      const say = event.stream === 'stdout' ? print : note
      say(foreign(event.line))
    } else note(narrateTask(event, look))
  }
}
