import { command } from '../../support/images/command.ts'

export type StartedContainer = AsyncDisposable & {
  /** Runs a command in it; resolves with its exit code and what it printed. */
  exec(...argv: string[]): Promise<{ exitCode: number; output: string }>
  /** Resolves with the exit code once it has ended. */
  wait(): Promise<number>
  logs(): Promise<string>
}

/** Starts a container of an image, with more arguments for `docker run` before the image's name if wanted. */
export async function startContainer(image: string, ...args: string[]): Promise<StartedContainer> {
  const id = (await command(['docker', 'run', '--detach', '--quiet', ...args, image])).trim()
  return {
    exec: (...argv) => execute(id, argv),
    wait: async () => Number(await command(['docker', 'wait', id])),
    logs: async () => command(['sh', '-c', 'docker logs "$0" 2>&1', id]),
    async [Symbol.asyncDispose]() {
      await command(['docker', 'rm', '--force', '--volumes', id])
    },
  }
}

async function execute(id: string, argv: readonly string[]): Promise<{ exitCode: number; output: string }> {
  const script = 'docker exec "$0" "$@" 2>&1; code=$?; echo; echo $code'
  const lines = (await command(['sh', '-c', script, id, ...argv])).trimEnd().split('\n')
  const exitCode = Number(lines.pop())
  return { exitCode, output: lines.join('\n').trim() }
}
