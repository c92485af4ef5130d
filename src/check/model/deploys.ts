import { argumentsOf, isCompose, type ShellCommand } from '../parse/shell-command.ts'
import { nameOf, textOf } from '../source-file.ts'
import type { Repository, Script } from '../repository.ts'
import type { Job } from './workflow.ts'

/** Whether a word names a place on another machine: `user@host:/path`, `$HOST:/srv`, `${{ secrets.HOST }}:app`. */
export function isRemotePath(word: string): boolean {
  return /^(?:[\w.-]+@)?(?:[\w.-]+|\$\{?\w+\}?|\$\{\{[^}]*\}\}|\[[\da-f:]+\])(?:@(?:[\w.-]+|\$\{?\w+\}?|\$\{\{[^}]*\}\}))?:(?!\/\/)/i.test(
    word,
  )
}

/** Whether a copy goes from a path here to the same path there: one server after another, no release of a repository. */
export function isMirror({ words }: ShellCommand): boolean {
  const paths = words.map(({ text }) => text.replace(/\/$/, ''))
  return paths.some((path) => isRemotePath(path) && paths.includes(path.slice(path.lastIndexOf(':') + 1)))
}

/** A command that changes what runs on another machine. */
function isDeployCommand(command: ShellCommand): boolean {
  const { program } = command
  const words = argumentsOf(command)
  if (program === 'ssh') return words.length > 1
  if (program === 'scp' || program === 'rsync') return words.some(isRemotePath)
  if (program === 'dray') return words[0] === 'deploy' || words[0] === 'rollback'
  return program === 'kamal' || /deploy[\w-]*\.sh$/.test(program)
}

/** Whether a job changes what runs on a server. */
export function isDeployJob(job: Job): boolean {
  const actions = job.steps.map(({ action }) => action ?? '')
  return (
    job.commands.some(isDeployCommand) ||
    actions.some((action) => /^appleboy\/(ssh|scp)-action$|\/dray$|rsync-deploy|ssh-deploy/.test(action))
  )
}

/** What runs on a server to put a release in place: deploy scripts, and what a workflow has an SSH action run there. */
export function serverScripts(repository: Repository): { text: string; commands: readonly ShellCommand[] }[] {
  const steps = repository.workflows.flatMap(({ jobs }) => jobs.flatMap((job) => job.steps))
  return [
    ...deployScripts(repository).map(({ file, commands }) => ({ text: file.text, commands })),
    ...steps
      .filter(({ isOnServer, commands }) => isOnServer && commands.some((it) => isCompose(it, 'up')))
      .map(({ node, commands }) => ({ text: textOf(node), commands })),
  ]
}

/** Scripts that put a release in place: they start the app with Compose, and are named so or pull before. */
export function deployScripts({ scripts }: Repository): Script[] {
  return scripts.filter(({ file, commands }) => {
    if (/(^|\/)(tests?|examples?|e2e|docs?)\//.test(file.path)) return false
    const starts = commands.some((it) => isCompose(it, 'up'))
    return (
      starts &&
      (/deploy|release|rollout/.test(nameOf(file.path)) || commands.some((it) => isCompose(it, 'pull')))
    )
  })
}

/** Whether something in the repository puts the app on a server. */
export function isDeployedFromHere(repository: Repository): boolean {
  return (
    isDeployedByDray(repository) ||
    repository.workflows.some(({ jobs }) => jobs.some(isDeployJob)) ||
    deployScripts(repository).length > 0
  )
}

/** Whether dray deploys the app: it corrects on the way what a script does not. */
export function isDeployedByDray({ config }: Repository): boolean {
  return config !== undefined
}
