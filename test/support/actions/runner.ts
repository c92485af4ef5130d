import { posix } from 'node:path'
import type { RunOptions, RunResult } from '../net/run-command.ts'
import { evaluate, evaluateAll, type Contexts } from './evaluate.ts'

/** A machine that jobs run on, as root. */
export type RunnerMachine = {
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>
  writeFile(path: string, content: string): Promise<void>
}

/** A step of a workflow's job, as its file says it. */
export type WorkflowStep = {
  name?: string
  id?: string
  uses?: string
  run?: string
  with?: Readonly<Record<string, unknown>>
  env?: Readonly<Record<string, unknown>>
}

export type WorkflowJob = {
  steps: readonly WorkflowStep[]
  outputs?: Readonly<Record<string, string>>
  environment?: { name: string; url?: string }
}

/** What an action may use while a job runs. */
export type StepContext = {
  /** What follows the `@` of `uses:`: a commit, a tag, a branch. */
  reference: string
  inputs: Readonly<Record<string, string>>
  workspace: string
  temporary: string
  /** Runs a command of the action's in the workspace, and fails the step if it fails. */
  mustRun(argv: readonly string[], options?: RunOptions): Promise<string>
  /** Runs one with the environment and the files of a step; gives its result. */
  runStep(argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<RunResult>
}

/** What stands for an action; what it gives are outputs. `post` runs after all steps, whatever they came to. */
export type ActionRun = {
  outputs?: Readonly<Record<string, string>>
  result?: RunResult
  post?: () => Promise<unknown>
}
export type Action = (step: StepContext) => Promise<ActionRun>

export type JobRun = {
  /** Of the first step that failed; 0 when none did. */
  exitCode: number
  outputs: Readonly<Record<string, string>>
  steps: Readonly<Record<string, { outputs: Readonly<Record<string, string>>; log: string }>>
  /** What the steps printed. */
  log: string
  /** Markdown of the job's page. */
  summary: string
  environmentUrl: string | undefined
  /** What is left in the runner's directory for temporary files. */
  left: readonly string[]
}

export type JobOptions = {
  machine: RunnerMachine
  /** By the name before the `@`. */
  actions: Readonly<Record<string, Action>>
  contexts: Contexts
  /** Variables of the machine itself, beside those that every runner sets. */
  env: Readonly<Record<string, string>>
}

/**
 * Runs a job as a runner does: its steps one after the other in a new workspace, expressions evaluated by GitHub's own
 * evaluator, `run:` by `bash -e`, outputs by the file that GITHUB_OUTPUT names. After a step that fails no other one runs, but
 * what actions do at the end. Conditions, matrices, services and containers are not known here.
 * @throws for an action that nothing stands for
 */
export async function runJob(job: WorkflowJob, options: JobOptions): Promise<JobRun> {
  const { machine, actions } = options
  const home = (await mustRun(machine, ['mktemp', '-d', '/tmp/runner-XXXXXX'])).trim()
  const at = (name: string): string => posix.join(home, name)
  const files = { GITHUB_OUTPUT: at('files/output'), GITHUB_STEP_SUMMARY: at('files/summary') }
  await mustRun(machine, ['mkdir', at('workspace'), at('temporary'), at('files'), at('home')])
  const base = {
    ...options.env,
    HOME: at('home'),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: at('workspace'),
    RUNNER_TEMP: at('temporary'),
    ...files,
    ...githubVariables(options.contexts),
  }
  const steps: Record<string, { outputs: Record<string, string>; log: string }> = {}
  const posts: (() => Promise<unknown>)[] = []
  let log = ''
  let exitCode = 0

  for (const [index, step] of job.steps.entries()) {
    const contexts = { ...options.contexts, steps, runner: { temp: at('temporary') } }
    await machine.writeFile(files.GITHUB_OUTPUT, '')
    let said = ''
    const runStep: StepContext['runStep'] = async (argv, env = {}) => {
      const all = { ...base, ...evaluateAll(step.env, contexts), ...env }
      const result = await machine.run(argv, { cwd: at('workspace'), env: all, timeoutMs: 240_000 })
      said += result.stdout + result.stderr
      return result
    }
    const done = await runOne(step, {
      actions,
      script: at(`files/step-${index}.sh`),
      machine,
      context: {
        reference: step.uses?.split('@')[1] ?? '',
        inputs: evaluateAll(step.with, contexts),
        workspace: at('workspace'),
        temporary: at('temporary'),
        runStep,
        mustRun: (argv, more) =>
          mustRun(machine, argv, { cwd: at('workspace'), ...more, env: { ...base, ...more?.env } }),
      },
    })
    if (done.post !== undefined) posts.unshift(done.post)
    const written = await mustRun(machine, ['cat', files.GITHUB_OUTPUT])
    steps[step.id ?? `step-${index}`] = { outputs: { ...readOutputs(written), ...done.outputs }, log: said }
    log += said
    exitCode = done.result?.exitCode ?? 0
    if (exitCode !== 0) break
  }
  for (const post of posts) await post()

  const contexts = { ...options.contexts, steps }
  const url = job.environment?.url
  const left = await mustRun(machine, ['find', at('temporary'), '-mindepth', '1'])
  const summary = (await machine.run(['cat', files.GITHUB_STEP_SUMMARY])).stdout
  await mustRun(machine, ['rm', '-rf', home])
  return {
    exitCode,
    outputs: evaluateAll(job.outputs, contexts),
    steps,
    log,
    summary,
    environmentUrl: url === undefined ? undefined : evaluate(url, contexts),
    left: left.split('\n').filter((line) => line !== ''),
  }
}

type OneStep = {
  actions: JobOptions['actions']
  script: string
  machine: RunnerMachine
  context: StepContext
}

/** The default shell of a `run:` without `shell:` on Linux is `bash -e {0}`. */
async function runOne(
  step: WorkflowStep,
  { actions, script, machine, context }: OneStep,
): Promise<ActionRun> {
  if (step.uses === undefined) {
    await machine.writeFile(script, step.run ?? '')
    return { result: await context.runStep(['bash', '-e', script]) }
  }
  const [name = ''] = step.uses.split('@')
  const action = actions[name]
  if (action === undefined) throw new Error(`Nothing stands for the action ${step.uses}.`)
  return action(context)
}

function githubVariables(contexts: Contexts): Record<string, string> {
  const { github = {} } = contexts
  if (typeof github === 'string') return {}
  return Object.fromEntries(
    Object.entries(github).flatMap(([name, value]) =>
      typeof value === 'string' ? [[`GITHUB_${name.toUpperCase()}`, value]] : [],
    ),
  )
}

/** `name=value` a line; dray writes no other form. */
function readOutputs(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.includes('='))
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

async function mustRun(
  machine: RunnerMachine,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await machine.run(argv, { timeoutMs: 240_000, ...options })
  if (exitCode === 0) return stdout
  throw new Error(`${argv.join(' ')} ended with ${exitCode}: ${stderr}${stdout}`)
}
