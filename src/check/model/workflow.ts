import { parseShell } from '../parse/parse-shell.ts'
import { isCommand, type ShellCommand } from '../parse/shell-command.ts'
import {
  childOf,
  entriesOf,
  entryOf,
  nodeAt,
  scalarsOf,
  scalarText,
  type YamlEntry,
  type YamlNode,
  type YamlScalar,
} from '../parse/yaml-tree.ts'
import { textOf, type SourceFile, type Span } from '../source-file.ts'

/** A workflow of GitHub Actions. */
export type Workflow = {
  file: SourceFile
  root: YamlNode
  /** Names of the events that start it. */
  triggers: ReadonlySet<string>
  /** It starts for tags only. */
  isForTags: boolean
  jobs: readonly Job[]
}

export type Job = {
  workflow: Workflow
  id: string
  key: Span
  node: YamlNode
  steps: readonly Step[]
  /** Commands of all its steps. */
  commands: readonly ShellCommand[]
}

export type Step = {
  job: Job
  node: YamlNode
  /** `docker/login-action`, without what stands after `@`. */
  action: string | undefined
  uses: YamlScalar | undefined
  run: YamlScalar | undefined
  /** Those in a script for a server, as appleboy/ssh-action and its like take one, are marked so. */
  commands: readonly ShellCommand[]
}

/** Reads a workflow; what is no mapping of jobs gives one without jobs. */
export function readWorkflow(file: SourceFile, root: YamlNode): Workflow {
  const on = childOf(root, 'on') ?? childOf(root, 'true')
  const triggers = new Set([...scalarsOf(on).map(({ text }) => text), ...entriesOf(on).map(([name]) => name)])
  const push = childOf(on, 'push')
  const isForTags =
    (triggers.size === 1 && triggers.has('release')) ||
    (childOf(push, 'tags') !== undefined &&
      childOf(push, 'branches') === undefined &&
      [...triggers].every((name) => name === 'push' || name === 'release'))
  const jobs: Job[] = []
  const workflow: Workflow = { file, root, triggers, isForTags, jobs }
  for (const [id, { key, value }] of entriesOf(childOf(root, 'jobs')))
    jobs.push(readJob({ workflow, id, key, node: value }))
  return workflow
}

/** An input of a step's action. */
export function inputOf(step: Step, name: string): YamlScalar | undefined {
  const node = nodeAt(step.node, 'with', name)
  return node?.kind === 'scalar' ? node : undefined
}

/** Whether a permission is granted to a job: undefined where neither job nor workflow says anything. */
export function permissionOf(job: Job, scope: string): string | undefined {
  const found = permissionsOf(job)
  if (found === undefined) return undefined
  const text = scalarText(found.value)
  if (text === 'write-all') return 'write'
  if (text === 'read-all') return 'read'
  return scalarText(childOf(found.value, scope)) ?? 'none'
}

/** The `permissions` that hold for a job: its own, else those of its workflow. */
export function permissionsOf(job: Job): YamlEntry | undefined {
  return entryOf(job.node, 'permissions') ?? entryOf(job.workflow.root, 'permissions')
}

/** Text with the `${{ env.NAME }}` put in that step, job and workflow set. */
export function fillInEnv(text: string, { node, job }: Pick<Step, 'node' | 'job'>): string {
  const fill = (current: string): string =>
    current.replaceAll(/\$\{\{\s*env\.(\w+)\s*\}\}/g, (whole, name: string) => {
      const places = [node, job.node, job.workflow.root]
      const found = places
        .map((place) => scalarText(nodeAt(place, 'env', name)))
        .find((value) => value !== undefined)
      return found ?? whole
    })
  return fill(fill(text))
}

/** The lines of a block scalar or the one line of another, each with its place. */
export function linesOf(scalar: YamlScalar): (Span & { text: string })[] {
  const { file } = scalar
  const raw = file.text.slice(scalar.start, scalar.end)
  const lines: (Span & { text: string })[] = []
  let offset = scalar.start
  for (const [index, line] of raw.split('\n').entries()) {
    const isHeader = index === 0 && scalar.style === 'block'
    const text = line.trim().replace(/^(["'])(.*)\1$/, '$2')
    const indent = line.length - line.trimStart().length
    if (!isHeader && text !== '' && !text.startsWith('#'))
      lines.push({ file, start: offset + indent, end: offset + indent + line.trim().length, text })
    offset += line.length + 1
  }
  return lines
}

function readJob(definition: { workflow: Workflow; id: string; key: Span; node: YamlNode }): Job {
  const steps: Step[] = []
  const commands: ShellCommand[] = []
  const job: Job = { ...definition, steps, commands }
  const list = childOf(definition.node, 'steps')
  for (const node of list?.kind === 'list' ? list.items : []) {
    const step = readStep(job, node)
    steps.push(step)
    // A script of a megabyte has more commands than a call can have arguments.
    for (const command of step.commands) commands.push(command)
  }
  return job
}

function readStep(job: Job, node: YamlNode): Step {
  const uses = scalarOf(childOf(node, 'uses'))
  const run = scalarOf(childOf(node, 'run'))
  const script = scalarOf(nodeAt(node, 'with', 'script'))
  const action = uses?.text.split('@')[0]
  const read = (scalar: YamlScalar | undefined): ShellCommand[] =>
    scalar === undefined ? [] : parseShell(bodyOf(scalar), { isBare: scalar.style === 'block' })
  const isDockerRemote = hasRemoteDocker(job)
  const commands = read(run).map((command) =>
    (isDockerRemote && isDocker(command)) || isCommand(command, 'docker', 'stack')
      ? { ...command, isOnServer: true }
      : command,
  )
  const remote = action !== undefined && /ssh/.test(action) ? read(script) : []
  return {
    job,
    node,
    uses,
    run,
    action,
    commands: [...commands, ...remote.map((command) => ({ ...command, isOnServer: true }))],
  }
}

/** Docker commands that the daemon carries out: a login stays on the machine of the client. */
function isDocker({ program, words }: ShellCommand): boolean {
  return (
    (program === 'docker' && !/^log(?:in|out)$/.test(words[1]?.text ?? '')) || program === 'docker-compose'
  )
}

/** Whether Docker acts on a server in a job: by its environment, or since the runner of a deploy is that server. */
function hasRemoteDocker({ id, node, workflow }: Job): boolean {
  const text = textOf(node)
  const environment = childOf(workflow.root, 'env')
  const host = /DOCKER_HOST["']?\s*[:=]\s*["']?(?:ssh:|tcp:\/\/(?!localhost|127\.|docker\b)|\$)/
  const isOnRunner =
    scalarsOf(childOf(node, 'runs-on')).some((label) => label.text === 'self-hosted') &&
    /deploy|release|rollout/i.test(`${workflow.file.path} ${id}`)
  return (
    isOnRunner ||
    host.test(text) ||
    (environment !== undefined && host.test(textOf(environment))) ||
    /docker\s+context\s+use\s+(?!default\b)|DOCKER_CONTEXT["']?\s*[:=]\s*["']?(?!default\b)\w/.test(text)
  )
}

function scalarOf(node: YamlNode | undefined): YamlScalar | undefined {
  return node?.kind === 'scalar' && node.text !== '' ? node : undefined
}

/** A scalar without what YAML puts around it: the header of a block, or quotes. */
function bodyOf(scalar: YamlScalar): Span {
  const { file, start, end, style } = scalar
  if (style === 'quoted') return { file, start: start + 1, end: end - 1 }
  if (style === 'plain') return { file, start, end }
  const header = file.text.indexOf('\n', start)
  return { file, start: header < 0 ? end : header + 1, end }
}
