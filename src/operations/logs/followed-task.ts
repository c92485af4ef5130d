import type { StackTask } from '../../deploy/model/cluster.ts'
import type { createRepeatFilter } from '../../shared/log-line.ts'
import type { LogContainer } from './read-logs.ts'

/** Progress of reading one task's log. */
export type FollowedTask = {
  task: StackTask
  container: LogContainer
  /** Of the stream that is being read; undefined without one. */
  stream: AbortController | undefined
  hasEnded: boolean
  fresh: ReturnType<typeof createRepeatFilter>
  /** Times of the first and the last line that were read. */
  firstAt: string | undefined
  lastAt: string | undefined
  /** Number of last lines of its first request. */
  tail: number | undefined
  /** Its log was asked for. */
  isRead: boolean
  /** The stream does not end when the task ends. */
  isFollowing: boolean
  /** Since when its node has sent nothing; undefined while a batch is being printed. */
  silentSinceMs: number | undefined
}

/** What is found out about lines that are missing. */
export type Found = { words?: string | undefined; isSilent?: boolean }

/** One stream of a task's log. */
export type Reading = {
  stream: AbortController
  isFollowing: boolean
  /** What is found out about missing lines. */
  found: Found
}
