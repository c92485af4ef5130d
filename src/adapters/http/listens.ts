import { Socket } from 'node:net'
import { withTimeout } from '../../shared/with-timeout.ts'
import type { CommandRunner } from '../host/command-runner.ts'

/** An SSH server's refusal arrives after the connection was accepted locally; this is how long to wait for it. */
const REFUSAL_MS = 250
const CONNECT_MS = 1_000

/**
 * Whether a process listens at an address in the host's networks. `unknown` if the address cannot be reached, as on a
 * machine whose Docker runs in a virtual machine.
 */
export function listens(
  runner: CommandRunner,
  address: string,
  port: number,
): Promise<'yes' | 'no' | 'unknown'> {
  return withTimeout(dial(runner, address, port), CONNECT_MS, 'unknown' as const)
}

async function dial(runner: CommandRunner, address: string, port: number): Promise<'yes' | 'no' | 'unknown'> {
  try {
    const socket = await runner.dial(address, port)
    if (socket instanceof Socket) {
      socket.destroy()
      return 'yes'
    }
    const failed = new Promise<'no' | 'unknown'>((resolve) => {
      socket.on('error', (error) => {
        resolve(isRefusal(error) ? 'no' : 'unknown')
      })
    })
    socket.resume()
    return await withTimeout(failed, REFUSAL_MS, 'yes' as const).finally(() => socket.destroy())
  } catch (error) {
    return isRefusal(error) ? 'no' : 'unknown'
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
}
