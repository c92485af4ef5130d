import type { Cluster, Stack, StackRequest } from '../../deploy/model/cluster.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { systemClock } from '../../shared/clock.ts'
import { retry } from '../../shared/retry.ts'
import { stripControl } from '../../shared/strip-control.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { modelSchema } from '../compose/raw-model.ts'
import { composeRefusal } from '../compose/compose-failure.ts'
import { createServerValues } from '../compose/server-values.ts'
import type { AppPlace } from '../directory/app-place.ts'
import { runScript } from '../directory/host-script.ts'
import { exportLines } from '../directory/values.ts'
import { ELECTION_MS, isLeaderless, refusal } from './manager-refusal.ts'
import { renderJob, renderStack, type RenderedStack } from './render-stack.ts'
import { listContents } from './review-contents.ts'
import { readContents, type StoredContent } from './stored-contents.ts'
import { configScript, deployScript } from './stack-scripts.ts'

/** `docker stack deploy` on a manager, of the compose file in the app's directory there. */
export function createStack(place: AppPlace, cluster: Pick<Cluster, 'create'>): Stack {
  const { runner, path, values } = place
  const { readMask } = place.serverValues ?? createServerValues(place)
  /** What the plan was made of: a file may change while a task runs. */
  let known: { contents: string; stored: readonly StoredContent[] } | undefined
  const render = async (request: StackRequest): Promise<RenderedStack> => {
    const options = { args: [path], input: exportLines(values), timeoutMs: SCRIPT_MS, ...signalOf(request) }
    const { exitCode, stdout, stderr } = await runScript(runner, configScript, options)
    if (exitCode !== 0)
      throw composeRefusal(stderr, { host: runner.name, path, stage: path, mask: await readMask() })
    const model = modelSchema.safeParse(parseJson(stdout)).data
    if (model === undefined)
      throw new DrayError(
        'COMPOSE_INVALID',
        `Docker Compose on ${runner.name} returned a model that cannot be read.`,
      )
    const contents = listContents(model)
    const stored =
      known?.contents === JSON.stringify(contents)
        ? known.stored
        : await readContents(contents, { ...request, place, readMask })
    return renderStack(model, { ...request, path, stored })
  }
  const deploy = async ({ file, contents }: RenderedStack, request: StackRequest): Promise<void> => {
    const { stack } = request
    for (const { kind, name, data } of contents) await cluster.create(kind, { name, stack, data })
    const options = { args: [stack], input: JSON.stringify(file), timeoutMs: SCRIPT_MS, ...signalOf(request) }
    const { exitCode, stderr } = await runScript(runner, deployScript, options)
    if (exitCode === 0) return
    const mask = await readMask()
    if (isLeaderless(stderr)) throw refusal(mask(stripControl(stderr).trim()), runner.name)
    const lines = stripControl(stderr)
      .split('\n')
      .map((line) => mask(line.trim()))
      .filter((line) => line !== '' && !/--detach=false/.test(line))
    throw new DrayError(
      'STACK_REFUSED',
      `\`docker stack deploy\` on ${runner.name} failed: ${lines.at(-1) ?? 'no output.'}`,
      { details: { logOf: 'docker stack deploy', logTail: lines.slice(-10) } },
    )
  }
  return {
    deploy: async (request) => {
      const rendered = await render(request)
      const { signal } = request
      await retry(() => deploy(rendered, request), {
        clock: systemClock,
        deadlineMs: ELECTION_MS,
        attempts: 60,
        ...(signal && { signal }),
      })
    },
    nameContents: async ({ contents, ...request }) => {
      const stored = await readContents(contents, { ...request, place, readMask })
      known = { contents: JSON.stringify(contents), stored }
      return stored.map(({ name }) => name)
    },
    // Once: each change of a job runs it again.
    startJob: async ({ service, job, argv, ...request }) => {
      const rendered = renderJob(await render(request), { service, job, argv })
      if (rendered === undefined)
        throw new DrayError(
          'SERVICE_UNKNOWN',
          `The compose file on ${runner.name} has no service ${service}.`,
        )
      await deploy(rendered, request)
    },
  }
}

/** Compose and Docker take seconds; longer than this, one of them does not end. In milliseconds. */
const SCRIPT_MS = 600_000

function signalOf({ signal }: StackRequest): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
