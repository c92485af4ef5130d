import type { SetupObservation } from '../../operations/setup/setup-observation.ts'
import { stripControl } from '../../shared/strip-control.ts'
import { runReadingScript, scriptFailure } from '../directory/host-script.ts'
import { parseSections, sectionText } from '../directory/sections.ts'
import type { CommandRunner } from '../host/command-runner.ts'
import { setupObservationScript } from './setup-observation-script.ts'

/** Observes a server before the set-up. Throws HOST_UNREACHABLE, and HOST_COMMAND_FAILED if it cannot run a script. */
export async function readSetupObservation(
  runner: CommandRunner,
  path: string,
  signal: AbortSignal,
): Promise<SetupObservation> {
  const output = await runReadingScript(runner, setupObservationScript, { args: [path], signal })
  const host = runner.name
  if (output.exitCode !== 0) throw scriptFailure(output, { host, path, what: 'checking the server' })
  return parseSetupObservation(output.stdout, host)
}

/** Reads the output of the script. */
export function parseSetupObservation(printed: string, host: string): SetupObservation {
  const sections = parseSections(printed)
  const text = (name: string): string | undefined => sectionText(sections, name)
  const lines = (name: string): string[] => (text(name) ?? '').split('\n')
  const [id = '', version = '', codename = '', name = ''] = lines('distribution')
  const [user = '', group = '', uid = '', root = ''] = lines('user')
  const compose = text('compose') ?? ''
  return {
    host,
    distribution: { id, version, codename, name: name === '' ? 'an unknown system' : name },
    user: {
      name: user,
      group,
      isRoot: uid === '0',
      isInDockerGroup: (text('groups') ?? '').split(' ').includes('docker'),
      canBecomeRoot: root === 'yes',
    },
    docker: {
      hasCommand: text('docker') !== undefined,
      // `ii`: selected and installed.
      enginePackage: lines('packages').flatMap((line) => /^(\S+) ii/.exec(line)?.[1] ?? [])[0],
      composeVersion: /^v?\d/.test(compose) ? compose : undefined,
      isRunning: text('containers') !== undefined,
      isEnabled: text('enabled') === 'enabled',
      runningContainers: lines('containers').filter((line) => line !== '').length,
    },
    dockerRepository: readRepository(text('repository')),
    daemonConfig: text('daemon-config'),
    directory: readDirectory(text('directory')),
    hasEnvFile: text('env-file') !== undefined,
  }
}

function readDirectory(text: string | undefined): SetupObservation['directory'] {
  return text === 'missing' || text === 'writable' || text === 'empty' ? text : 'foreign'
}

/** The output, followed by the exit code. */
function readRepository(text: string | undefined): SetupObservation['dockerRepository'] {
  if (text === undefined) return undefined
  const printed = stripControl(text).split('\n')
  if (printed.at(-1) === '0') return { isReachable: true }
  const reasons = printed.slice(0, -1).filter((line) => line.trim() !== '' && line !== 'E: Download Failed')
  const reason = reasons
    .at(-1)
    ?.replace(/^[EW]: /, '')
    .trim()
  return { isReachable: false, reason: reason ?? 'download.docker.com does not answer' }
}
