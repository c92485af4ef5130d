import { createHash } from 'node:crypto'
import type { StackService } from '../model/cluster.ts'

/** Of the names of jobs that run tasks of the app. */
const PREFIX = 'dray-'

/** Characters of a service's name in a swarm, with the stack's name and the character between them. */
const LONGEST_NAME = 63

/** The name of the job that runs a task: with that of the stack, it is not longer than Swarm takes. */
export function taskJobName(stack: string, task: string): string {
  const most = LONGEST_NAME - 1 - stack.length
  const name = `${PREFIX}task-${task.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')}`
  if (name.length <= most && !name.endsWith('-')) return name
  const hash = createHash('sha256').update(task).digest('hex')
  return `${PREFIX}${hash.slice(0, Math.max(1, Math.min(12, most - PREFIX.length)))}`
}

/** Whether a service of a stack is a job that dray started: a task of the app. */
export function isOwnJob({ mode, service }: Pick<StackService, 'mode' | 'service'>): boolean {
  return mode === 'job' && service.startsWith(PREFIX)
}
