import { DrayError } from '../../errors/dray-error.ts'
import type { CommandOutput, RunOptions, CommandRunner } from '../host/command-runner.ts'
import { LEADS_OUTSIDE } from './link-guard.ts'
import { NO_FLOCK } from './lock/lock-script.ts'
import { ENV_FILE_UNREADABLE, NO_DIRECTORY, NO_ENV_FILE, NOT_WRITABLE, SHARED_WITH } from './scripts.ts'

/** Runs one of dray's scripts on a host; its arguments are never secret, its input may be. */
export function runScript(
  runner: CommandRunner,
  script: string,
  { args, ...options }: RunOptions & { args: readonly string[] },
): Promise<CommandOutput> {
  return runner.run(['sh', '-c', script, 'dray', ...args], options)
}

/** A script that only reads takes seconds; longer than this, a program on the server does not end. */
const READ_LIMIT_MS = 300_000

/** The same for a script that changes nothing; throws HOST_COMMAND_FAILED if it does not end. */
export function runReadingScript(
  runner: CommandRunner,
  script: string,
  options: RunOptions & { args: readonly string[] },
): Promise<CommandOutput> {
  return runScript(runner, script, { timeoutMs: READ_LIMIT_MS, ...options })
}

/** The text of the kernel, and of GNU tar for a file that was written partially. */
const DISK_FULL_TEXT = /no space left on device|disk quota exceeded|wrote only \d+ of \d+ bytes/i

/**
 * The error for a failed script: DISK_FULL, PATH_NOT_WRITABLE or ENV_MISSING if it reported one, else HOST_COMMAND_FAILED
 * with its output.
 */
export function scriptFailure(
  output: CommandOutput,
  { host, path, what }: { host: string; path: string; what: string },
): DrayError {
  const text = `${output.stderr}\n${output.stdout}`
  const user = /^(?:ssh:\/\/)?([^@]+)@/.exec(host)?.[1] ?? '$USER'
  if (output.exitCode === NO_DIRECTORY) {
    return new DrayError('PATH_NOT_WRITABLE', `There is no directory ${path} on ${host}.`, {
      hint: `On the server, run \`sudo install -d -o ${user} ${path}\`, then create the app's \`.env\` in it.`,
    })
  }
  if (output.exitCode === ENV_FILE_UNREADABLE) {
    return new DrayError('ENV_MISSING', `${path}/.env on ${host} is not a file that ${user} can read.`, {
      hint: `\`ls -ld ${path}/.env\` on the server shows what it is. If Docker made it a directory, remove it and create the file.`,
    })
  }
  if (output.exitCode === NO_ENV_FILE) {
    return new DrayError('ENV_MISSING', `There is no .env in ${path} on ${host}.`, {
      hint: `On the server, run \`install -D -m 600 /dev/null ${path}/.env\`, then add the app's secrets with an editor or \`dray env\`.`,
    })
  }
  if (output.exitCode === LEADS_OUTSIDE) {
    const link = output.stdout.trim()
    return new DrayError(
      'FILE_NOT_OURS',
      `${link} in ${path} on ${host} is not a plain file or directory, or a link on its way leads elsewhere. Nothing was written.`,
      {
        hint: `\`ls -ld ${path}/${link}\` on the server shows it. A user or container with write access there may have created it.`,
      },
    )
  }
  if (output.exitCode === NO_FLOCK) {
    return new DrayError('HOST_COMMAND_FAILED', `${host} has no \`flock\`, which takes the app's lock.`, {
      hint: 'Install it on the server: `sudo apt-get install util-linux`, or `apk add util-linux`.',
    })
  }
  if (DISK_FULL_TEXT.test(text)) {
    return new DrayError('DISK_FULL', `The disk of ${host} is full: ${what} failed.`)
  }
  if (output.exitCode === NOT_WRITABLE || /permission denied|read-only file system/i.test(text)) {
    const group = new RegExp(`^${SHARED_WITH}(\\S+)$`, 'm').exec(output.stderr)?.[1]
    const hint = group === undefined ? `sudo chown -R ${user} ${path}` : `sudo usermod -aG ${group} ${user}`
    return new DrayError('PATH_NOT_WRITABLE', `${path} on ${host} cannot be written.`, {
      hint: `On the server, run \`${hint}\`.`,
      details: { logTail: tail(output.stderr).filter((line) => !line.startsWith(SHARED_WITH)) },
    })
  }
  return new DrayError(
    'HOST_COMMAND_FAILED',
    `${what.charAt(0).toUpperCase()}${what.slice(1)} on ${host} failed with exit code ${output.exitCode}.`,
    {
      details: { logOf: what, logTail: tail(output.stderr) },
    },
  )
}

function tail(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-10)
}
