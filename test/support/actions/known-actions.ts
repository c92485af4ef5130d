import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { cloneDirectory } from '../net/machine.ts'
import { command } from '../images/command.ts'
import type { Action, StepContext } from './runner.ts'

/** Puts a commit of a repository of this machine into the workspace, as actions/checkout does. */
export function checkout(repository: string): Action {
  return async ({ workspace, temporary, mustRun }) => {
    const bundle = join(temporary, 'repository.bundle')
    const script = `git -C "$0" bundle create - HEAD | base64`
    const input = await command(['sh', '-c', script, repository])
    await mustRun(['sh', '-c', 'base64 -d >"$0" && git clone -q "$0" "$1" && rm "$0"', bundle, workspace], {
      input,
    })
    return {}
  }
}

/** A builder is there: the one of the runner's own Docker Engine. */
export const setUpBuildx: Action = async ({ mustRun }) => {
  await mustRun(['docker', 'buildx', 'version'])
  return {}
}

/** docker/login-action: `docker login` with the password on standard input, and `docker logout` at the end. */
export const login: Action = async ({ inputs, mustRun }) => {
  const { registry = '', username = '', password = '' } = inputs
  await mustRun(['docker', 'login', '--username', username, '--password-stdin', registry], {
    input: password,
  })
  return { post: () => mustRun(['docker', 'logout', registry]) }
}

/** docker/build-push-action: `docker buildx build` with what its inputs say. */
export const buildAndPush: Action = async ({ inputs, temporary, runStep, mustRun }) => {
  const { context = '.', file, push, ...others } = inputs
  const metadata = join(temporary, 'metadata.json')
  const lists = ['tags', 'labels', 'build-args', 'cache-from', 'cache-to'].flatMap((name) =>
    (others[name] ?? '')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .flatMap((line) => [
        `--${name.replace(/(?:tag|label|build-arg)s$/, (it) => it.slice(0, -1))}`,
        line.trim(),
      ]),
  )
  const argv = ['docker', 'buildx', 'build', '--progress=plain', '--metadata-file', metadata, ...lists]
  if (file !== undefined) argv.push('--file', file)
  if (push === 'true') argv.push('--push')
  const result = await runStep([...argv, context])
  if (result.exitCode !== 0) return { result }
  const digest = JSON.parse(await mustRun(['cat', metadata]))['containerimage.digest'] as string
  await mustRun(['rm', metadata])
  return { result, outputs: { digest } }
}

type ActionFile = {
  inputs: Readonly<Record<string, { default?: string; required?: boolean }>>
  outputs: Readonly<Record<string, object>>
  runs: { using: string; main: string; post: string }
}

/** action.yml of this repository. */
export function readActionFile(): ActionFile {
  return parse(readFileSync(join(cloneDirectory, 'action.yml'), 'utf8')) as ActionFile
}

/**
 * dray's action, from a repository that stands for the one on GitHub: the runner clones it, checks the reference out, and does
 * what the action.yml there says: inputs as variables `INPUT_…`, Node for `main`, and for `post` whatever `main` came to. `token`
 * is what `github.token` would be.
 * @throws for a reference that the repository does not have, an unknown input, and a missing one
 */
export function drayAction(repository: string, token: string): Action {
  return async (step) => {
    const { temporary, reference, mustRun } = step
    const directory = join(temporary, '../actions')
    const bundle = join(temporary, '../action.bundle')
    const input = await command([
      'sh',
      '-c',
      'git -C "$0" bundle create - --branches --tags | base64',
      repository,
    ])
    const script = 'base64 -d >"$0" && git clone -qn "$0" "$1" && git -C "$1" checkout -q --detach "$2"'
    await mustRun(['sh', '-c', script, bundle, directory, reference], { input })
    const file = parse(await mustRun(['cat', join(directory, 'action.yml')])) as ActionFile
    // By `env`, since a shell on the way would drop variables with a dash in their names.
    const node = (main: string): ReturnType<StepContext['runStep']> =>
      step.runStep(['env', ...inputVariables(file, step, token), process.execPath, join(directory, main)])
    return { result: await node(file.runs.main), post: () => node(file.runs.post) }
  }
}

function inputVariables({ inputs: known }: ActionFile, { inputs }: StepContext, token: string): string[] {
  const strange = Object.keys(inputs).find((name) => !(name in known))
  if (strange !== undefined) throw new Error(`action.yml has no input ${strange}.`)
  return Object.entries(known).map(([name, { default: value, required }]) => {
    const given = inputs[name] ?? value?.replace('${{ github.token }}', token)
    if (given === undefined || (required === true && given === ''))
      throw new Error(`The input ${name} is missing.`)
    return `INPUT_${name.toUpperCase()}=${given}`
  })
}
