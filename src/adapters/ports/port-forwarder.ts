import { createHash } from 'node:crypto'
import type { PortForwarder } from '../../deploy/model/port-forwarder.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { CommandOutput, CommandRunner } from '../host/command-runner.ts'
import { closeIdleProgram } from './close-idle-program.ts'
import {
  clearForwardScript,
  drainLoopScript,
  drainPortsScript,
  endForwardScript,
  findObstacleScript,
  judgeConnectionsProgram,
  startForwardScript,
  watchForwardScript,
} from './forward-scripts.ts'
import { renewHostCaddy } from './host-caddy.ts'

const TIME_LIMIT = 5
/** The rules are made within a second. */
const TIMEOUT_MS = 60_000

/** Forwards the ports of the machine of a runner. */
export function createPortForwarder(runner: CommandRunner): PortForwarder {
  const run = (script: string, args: readonly string[], timeoutMs = TIMEOUT_MS): Promise<CommandOutput> =>
    runner.run(['sh', '-c', script, 'dray', ...args], { timeoutMs, beside: true })
  const must = async (script: string, args: readonly string[]): Promise<void> => {
    const { exitCode, stderr } = await run(script, args)
    if (exitCode !== 0) throw failure(runner.name, stderr)
  }
  return {
    findObstacle: async (tool = 'iptables') => {
      const { exitCode, stdout } = await run(findObstacleScript, [tool])
      const said = stdout.trim()
      return exitCode === 0 && said === '' ? undefined : said || `${tool} on the server cannot be used`
    },
    start: async (owner, targets) => {
      const ids = targets.map(({ id }) => id).join(' ')
      for (const { id, address: to, ipv6 = '-', ports } of targets) {
        await must(startForwardScript, [
          ...[prefixOf(owner), id, to, ipv6, ids, watchForwardScript],
          ...ports.flatMap(({ address = '-', published, target }) => [
            address,
            String(published),
            String(target),
          ]),
        ])
      }
    },
    end: (owner) => must(endForwardScript, [prefixOf(owner)]),
    renew: (ports) => renewHostCaddy(runner, ports),
    clear: (owner) => must(clearForwardScript, [prefixOf(owner)]),
    drain: async (containers) => {
      const args = containers.flatMap(({ id, ports, limitMs }) => [
        id,
        String(Math.max(1, Math.ceil(limitMs / 1000))),
        ports.join(' '),
      ])
      const longestMs = Math.max(0, ...containers.map(({ limitMs }) => limitMs))
      const programs = [closeIdleProgram, drainLoopScript, judgeConnectionsProgram]
      const { exitCode, stderr } = await run(drainPortsScript, [...programs, ...args], longestMs + TIMEOUT_MS)
      if (exitCode !== 0 && exitCode !== TIME_LIMIT) throw failure(runner.name, stderr)
      return exitCode === 0
    },
  }
}

/** Chains of iptables have names of at most 28 characters. */
function prefixOf(owner: string): string {
  return `dray-${createHash('sha256').update(owner).digest('hex').slice(0, 8)}`
}

function failure(host: string, stderr: string): DrayError {
  return new DrayError('HOST_COMMAND_FAILED', `Ports could not be forwarded on ${host}.`, {
    details: {
      logOf: 'iptables',
      logTail: stderr
        .split('\n')
        .filter((line) => line !== '')
        .slice(-10),
    },
  })
}
