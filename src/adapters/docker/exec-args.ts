/** Options for a command in a container, for both `docker exec` and `docker compose run`. */
export type InContainerOptions = {
  user: string | undefined
  workdir: string | undefined
  /** `NAME=value`; visible to other users of the host while the command runs. */
  env: readonly string[]
}

/** A shell: bash if the image has it. */
export const shellArgv: readonly string[] = ['sh', '-c', 'command -v bash > /dev/null && exec bash; exec sh']

/** `docker exec` with standard input, and with `terminal` on a terminal. */
export function buildExecArgs(request: {
  containerId: string
  argv: readonly string[]
  terminal: boolean
  options: InContainerOptions
}): string[] {
  const { containerId, argv, terminal, options } = request
  return [
    'docker',
    'exec',
    '--interactive',
    ...(terminal ? ['--tty'] : []),
    ...inContainerArgs(options),
    containerId,
    ...argv,
  ]
}

/** The options that `docker exec` and `docker compose run` have in common. */
export function inContainerArgs({ user, workdir, env }: InContainerOptions): string[] {
  return [
    ...(user === undefined ? [] : ['--user', user]),
    ...(workdir === undefined ? [] : ['--workdir', workdir]),
    ...env.flatMap((pair) => ['--env', pair]),
  ]
}
