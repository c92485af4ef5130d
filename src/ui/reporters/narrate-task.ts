import { releaseLabel } from '../../deploy/model/release.ts'
import type { TaskEvent } from '../../deploy/tasks/task-by-hand.ts'
import type { TerminalStyle } from '../terminal/terminal-style.ts'
import { renderDuration } from '../render/text/render-duration.ts'
import { warningText } from '../render/text/warning-text.ts'

/** One line about an event of a task that was started by hand, besides the task's output. Without colour. */
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
      if (outcome === 'done') return `${glyphs.done} Task ${task} finished in ${took}.`
      if (outcome === 'cancelled') return `${glyphs.cancelled} Task ${task} was cancelled after ${took}.`
      if (exitCode === undefined) return `${glyphs.failed} Task ${task} failed after ${took}.`
      return `${glyphs.failed} Task ${task} exited with code ${exitCode} after ${took}.`
    }
    case 'note':
      return event.level === 'warning' ? warningText(event) : event.text
  }
}
