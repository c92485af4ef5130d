import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { isatty, ReadStream } from 'node:tty'
import { Writable } from 'node:stream'
import { DrayError } from '../../errors/dray-error.ts'

/** Typed or piped input. */
export type StandardInput = {
  readonly isTTY: boolean
  /** All input to its end; undefined if it is more than `maxBytes`. */
  readAll(options: { maxBytes: number; signal: AbortSignal }): Promise<Uint8Array | undefined>
  /** One typed line; with `hidden`, it is not shown. Throws CANCELLED on Ctrl-C and Ctrl-D. */
  askLine(question: string, options: { hidden: boolean; signal: AbortSignal }): Promise<string>
}

/** Standard input of this process; `say` prints the prompts. Nothing is read before it is requested. */
export function openStandardInput(say: (text: string) => void): StandardInput {
  return {
    isTTY: isatty(0),
    readAll: ({ maxBytes, signal }) =>
      readAtMost(createReadStream('', { fd: 0, autoClose: false, signal }), maxBytes),
    askLine: async (question, { hidden, signal }) => {
      const input = new ReadStream(0)
      // readline edits the line, and shows it here.
      const output = new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          if (!hidden) say(chunk.toString())
          done()
        },
      })
      const lines = createInterface({ input, output, terminal: true, historySize: 0 })
      say(question)
      try {
        return await new Promise<string>((resolve, reject) => {
          const cancel = (): void => reject(new DrayError('CANCELLED', 'Nothing was entered.'))
          lines.once('line', resolve).once('SIGINT', cancel).once('close', cancel)
          signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
        })
      } finally {
        lines.close()
        input.destroy()
        if (hidden) say('\n')
      }
    },
  }
}

/** Content of a stream; undefined if it is more than `maxBytes`, and the rest is then not read. */
export async function readAtMost(
  stream: AsyncIterable<unknown>,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    chunks.push(chunk as Uint8Array)
    length += (chunk as Uint8Array).length
    if (length > maxBytes) return undefined
  }
  return Buffer.concat(chunks)
}
