import { DrayError } from '../../errors/dray-error.ts'

/** Limit for an answer of the Engine that is kept as a whole; a thousand containers have about 10 MB. */
const MOST_BYTES = 128 * 1024 ** 2

/** The body of an answer as text. Throws DOCKER_FAILED for more than 128 MiB. */
export async function readText(response: AsyncIterable<unknown>, mostBytes = MOST_BYTES): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const part of response) {
    const chunk = part as Buffer
    bytes += chunk.length
    if (bytes > mostBytes) {
      throw new DrayError('DOCKER_FAILED', 'Docker Engine sent an answer that is too long to be read.')
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
