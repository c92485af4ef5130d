/** Takes the chunks of a stream and returns everything after the first line that ends with `mark`. */
export function skipPast(mark: string): (chunk: Buffer) => Buffer {
  const end = `${mark}\n`
  let before: Buffer | undefined = Buffer.alloc(0)
  return (chunk) => {
    if (before === undefined) return chunk
    before = Buffer.concat([before, chunk])
    const at = before.indexOf(end)
    if (at === -1) return Buffer.alloc(0)
    const rest = before.subarray(at + end.length)
    before = undefined
    return rest
  }
}
