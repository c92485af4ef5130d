import { createCompose } from '../../../adapters/compose/compose-cli.ts'
import { createStack } from '../../../adapters/swarm/stack-cli.ts'
import { listEnvironments } from '../../../config/load-config.ts'
import { taskJobName } from '../../../deploy/swarm/jobs.ts'
import { createJobRunner } from '../../../deploy/swarm/job-runner.ts'
import { runTaskByHand, type NamedTask, type TaskRequest } from '../../../deploy/tasks/task-by-hand.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT } from '../../../errors/exit-code.ts'
import { findNearest } from '../../../shared/nearest.ts'
import { renderTasks } from '../../../ui/render/results/render-tasks.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput, type CommandOutput } from '../../command/command-output.ts'
import { connectHosts } from '../../command/connect-hosts.ts'
import type { CliContext } from '../../command/context.ts'
import { deployerOf } from '../../command/deployer.ts'
import { withOneHost } from '../../command/host-option.ts'
import { loadEnvironment, type EnvironmentInput } from '../../command/load-environment.ts'
import { readInPlace, releaseOf, type ConnectedApp } from './connect-apps.ts'
import { pullMissing } from './pull-missing.ts'
import type { taskCommand } from './task.ts'
import { reportTask } from './report-task.ts'
import { readTimeout } from '../../command/timeout-option.ts'
import { readWait } from '../../command/wait-option.ts'

/** Runs `dray task`; returns the exit code of the task, or 0 if it lists the tasks. */
export async function runTask(command: InputOf<typeof taskCommand>, context: CliContext): Promise<number> {
  const { task: name, environment } = await readNames(command, context)
  const input = await loadEnvironment({ ...command, arguments: { environment } }, context, { swarm: true })
  const output = createCommandOutput(input, context)
  if (name === undefined) {
    listTasks(input, output)
    return EXIT.done
  }
  const timeoutMs = readTimeout(command.options.timeout)
  const task = findTask(name, input)
  const request = {
    task: timeoutMs === undefined ? task : { ...task, timeoutMs },
    deployer: deployerOf(input, context),
    waitMs: readWait(command.options.wait),
    clock: context.clock,
    tell: reportTask(output, { json: input.options.json }),
  }
  await using connected = await connectHosts(
    withOneHost(input, command.options.host, task.serviceCandidates),
    context,
  )
  const [host] = connected.hosts
  const inPlace = async (signal: AbortSignal) => {
    const app = await readInPlace(host, signal)
    if (input.config.environment.engine === 'swarm') return jobInPlace(app, { task: name, input, context })
    const compose = createCompose(app.place)
    const runInService: typeof compose.runTask = async (task) => {
      await pullMissing(app, task.service, { environment: input, context })
      return compose.runTask(task)
    }
    return { release: releaseOf(app, input), compose: { runTask: runInService } }
  }
  return await runTaskByHand({ ...request, host: host.target, inPlace }, context.signal)
}

/** Runs the task as a job of the stack, of which the host is a manager. */
async function jobInPlace(
  app: ConnectedApp,
  { task, input, context }: { task: string; input: EnvironmentInput; context: CliContext },
): Promise<Awaited<ReturnType<TaskRequest['inPlace']>>> {
  const { clock, signal } = context
  const release = releaseOf(app, input)
  const { engine, archive } = app.host
  const { cluster } = engine
  const files = await archive.files(release, signal)
  const stack = { stack: release.project, files: new Map(files.map(({ path, content }) => [path, content])) }
  const swarm = { cluster, stack: createStack(app.place, cluster) }
  return {
    release,
    compose: createJobRunner({ swarm, task, stack, clock }),
    whenLost: `The job continues in the swarm, and \`docker service rm ${release.project}_${taskJobName(release.project, task)}\` on a manager ends it`,
  }
}

/** Reads task and environment; an environment alone lists its tasks. Throws USAGE, also for the wrong order. */
async function readNames(
  { arguments: given, global }: InputOf<typeof taskCommand>,
  { cwd }: CliContext,
): Promise<{ task: string | undefined; environment: string | undefined }> {
  const { task: first, environment: second } = given
  if (first === undefined) return { task: undefined, environment: undefined }
  const environments = await listEnvironments(cwd, global.configPath)
  if (second !== undefined) {
    if (environments.includes(second) || !environments.includes(first))
      return { task: first, environment: second }
    throw new DrayError('USAGE', `The environment \`${first}\` must follow the task.`, {
      hint: `Write it as \`dray task ${second} ${first}\`.`,
    })
  }
  if (environments.includes(first)) return { task: undefined, environment: first }
  throw new DrayError(
    'USAGE',
    `The environment is missing, and \`${first}\` is not one. Environments: ${environments.join(', ')}.`,
    { hint: `Put it after the task, for example: \`dray task ${first} ${environments[0] ?? 'test'}\`` },
  )
}

/** Throws TASK_UNKNOWN. */
function findTask(name: string, { config }: EnvironmentInput): NamedTask {
  const task = config.tasks.find((it) => it.name === name)
  if (task !== undefined) return task
  const names = config.tasks.map((it) => it.name)
  if (names.length === 0) {
    throw new DrayError('TASK_UNKNOWN', `The task \`${name}\` does not exist: dray.yml has no \`tasks\`.`, {
      hint: 'Add one, for example: `tasks: { migrate: { service: backend, run: npm run migrate, when: manual } }`.',
    })
  }
  const nearest = findNearest(name, names)
  throw new DrayError('TASK_UNKNOWN', `dray.yml has no task \`${name}\`. Tasks: ${names.join(', ')}.`, {
    ...(nearest === undefined ? {} : { hint: `Did you mean \`${nearest}\`?` }),
  })
}

function listTasks({ config, options }: EnvironmentInput, { print, json, style }: CommandOutput): void {
  const { tasks } = config
  if (!options.json) print(renderTasks(tasks, style))
  else for (const { name, ...task } of tasks) json({ type: 'task.listed', task: name, ...task })
}
