import { releaseLabel } from '../../deploy/model/release.ts'
import type { TaskEvent } from '../../deploy/tasks/task-by-hand.ts'
import type { TerminalStyle } from '../terminal/terminal-style.ts'
import { renderDuration } from '../render/render-duration.ts'
import { warningText } from '../render/warning-text.ts'

/** What a task that a person runs tells beside its own output, in one line. Without colour: it goes to standard error. */
export function narrateTask(
  event: Exclude<TaskEvent, { type: 'task.printed' }>,
  { glyphs }: TerminalStyle,
): string {
  switch (event.type) {
    case 'task.started': {
      const { task, service, release, tag, host } = event
      return `Running task ${task} in ${service} of release ${releaseLabel(release, tag)} on ${host}`
    }
    case 'task.finished': {
      const { task, outcome, exitCode } = event
      const took = renderDuration(event.durationMs)
      if (outcome === 'done') return `${glyphs.done} Task ${task} is done after ${took}.`
      if (outcome === 'cancelled') return `${glyphs.cancelled} Task ${task} was ended after ${took}.`
      if (exitCode === undefined) return `${glyphs.failed} Task ${task} failed after ${took}.`
      return `${glyphs.failed} Task ${task} ended with exit code ${exitCode} after ${took}.`
    }
    case 'note':
      return event.level === 'warning' ? warningText(event) : event.text
  }
}
