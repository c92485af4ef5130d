import { Socket } from 'node:net'
import { withTimeout } from '../../shared/with-timeout.ts'
import type { CommandRunner } from '../host/command-runner.ts'

/** What an SSH server refuses comes after the connection was accepted here; this long is waited for it. */
const REFUSAL_MS = 250
const CONNECT_MS = 1_000

/**
 * Whether something listens at an address as the host sees it. `unknown` where there is no way to the address, as from a
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
