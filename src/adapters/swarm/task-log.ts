import type { TaskLogRequest } from '../../deploy/model/cluster.ts'
import type { LogLine } from '../../shared/log-line.ts'
import type { EngineClient } from '../docker/engine-client.ts'
import { chunksOf, logRequest } from '../docker/engine-logs.ts'
import { readLogLines } from '../docker/log-frames.ts'
import { readText } from '../docker/read-text.ts'

const GONE = 404

/**
 * The log of a task as a manager gives it: `GET /tasks/{id}/logs`, https://docs.docker.com/reference/api/engine/. Frames and
 * timestamps are those of a container's log. The request is sent when the first batch is asked for, since some Engines answer with the
 * first line only. Throws DOCKER_FAILED, and what a broken connection throws.
 */
export async function* readTaskLog(
  client: EngineClient,
  taskId: string,
  { since, tail, follow, signal, onProblem }: TaskLogRequest,
): AsyncGenerator<readonly LogLine[]> {
  const request = logRequest(`/tasks/${taskId}`, { since, tail, follow, signal })
  const response = await client.stream(request).catch((error: unknown) => {
    if (signal.aborted) return undefined
    throw error
  })
  if (response === undefined) return
  const status = response.statusCode ?? 0
  if (status < 400) yield* readLogLines(chunksOf(client, response, signal), onProblem)
  else if (status === GONE) await readText(response)
  else await client.assertDone({ status, text: await readText(response) }, request)
}
