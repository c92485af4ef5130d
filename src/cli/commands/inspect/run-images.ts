import type { ExitCode } from '../../../errors/exit-code.ts'
import type { CliContext } from '../../command/context.ts'
import type { ImagesInput } from './images.ts'

/** Lists or prunes images; returns the exit code. */
export async function runImages(input: ImagesInput, context: CliContext): Promise<ExitCode> {
  if (input.arguments.environment === 'prune') {
    const { pruneImages } = await import('./prune-images.ts')
    return pruneImages(input, context)
  }
  const { listImages } = await import('./list-images.ts')
  return listImages(input, context)
}
