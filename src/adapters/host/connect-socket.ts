import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { systemClock } from '../../shared/clock.ts'

/**
 * Connects to a Unix socket of ssh, and waits for a place in its short queue: connect(2) gives EAGAIN if it is full. Throws what
 * connect(2) gives else.
 */
export async function connectSocket(path: string): Promise<Socket> {
  for (let tries = 0; ; tries += 1) {
    const socket = connect({ path, allowHalfOpen: true })
    try {
      await once(socket, 'connect')
      return socket
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || tries === 100) throw error
      await systemClock.sleep(20)
    }
  }
}
