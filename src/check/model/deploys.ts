import { argumentsOf, isCommand, isCompose, type ShellCommand } from '../parse/shell-command.ts'
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
  if (command.isOnServer && startsApp(command)) return true
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

/**
 * What runs on a server to put a release in place: deploy scripts, and what a job has SSH or Docker do there. `text` is all that
 * the script or the job says.
 */
export function serverScripts(repository: Repository): { text: string; commands: readonly ShellCommand[] }[] {
  const jobs = repository.workflows.flatMap((workflow) => workflow.jobs)
  return [
    ...deployScripts(repository).map(({ file, commands }) => ({ text: file.text, commands })),
    ...jobs
      .map(({ node, commands }) => ({
        text: textOf(node),
        commands: commands.filter(({ isOnServer }) => isOnServer),
      }))
      .filter(({ commands }) => commands.some(startsApp)),
  ]
}

/** Commands that act on a server: those of scripts, and of workflows what does not act on the runner. */
export function serverCommands({ scripts, workflows }: Repository): ShellCommand[] {
  const jobs = workflows.flatMap((workflow) => workflow.jobs)
  return [
    ...scripts.flatMap(({ commands }) => commands),
    ...jobs.flatMap(({ commands }) => commands.filter(({ isOnServer }) => isOnServer)),
  ]
}

/** Whether a command starts the app: with Compose, or as a stack of a swarm. */
export function startsApp(command: ShellCommand): boolean {
  return isCompose(command, 'up') || isCommand(command, 'docker', 'stack', 'deploy')
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
