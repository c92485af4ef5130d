import type { SourceFile, Span } from '../source-file.ts'

export type Instruction = Span & {
  /** In capitals: `FROM`. */
  name: string
  /** What follows it, continued lines joined, comments left out. */
  value: string
}

export type Stage = {
  from: Instruction
  /** What it builds on: an image, or the name of an earlier stage. */
  base: string
  name: string | undefined
  instructions: readonly Instruction[]
}

export type Dockerfile = { file: SourceFile; stages: readonly Stage[] }

/** Reads a Dockerfile into its stages. What stands before the first FROM belongs to none. */
export function parseDockerfile(file: SourceFile): Dockerfile {
  const stages: { from: Instruction; base: string; name: string | undefined; instructions: Instruction[] }[] =
    []
  for (const instruction of readInstructions(file)) {
    if (instruction.name === 'FROM') {
      const words = instruction.value.split(/\s+/).filter((word) => !word.startsWith('--'))
      const name = /^as$/i.test(words[1] ?? '') ? words[2] : undefined
      stages.push({ from: instruction, base: words[0] ?? '', name, instructions: [] })
    } else stages.at(-1)?.instructions.push(instruction)
  }
  return { file, stages }
}

/** The last stage and those that it builds on, from the last to the first; the images that they stand on in `image`. */
export function finalStages({ stages }: Dockerfile, target?: string): { image: string; stages: Stage[] } {
  const chain: Stage[] = []
  let stage = (target === undefined ? undefined : stages.find(({ name }) => name === target)) ?? stages.at(-1)
  while (stage !== undefined && !chain.includes(stage)) {
    chain.push(stage)
    const { base } = stage
    const index = stages.indexOf(stage)
    stage = stages.slice(0, index).find(({ name }) => name?.toLowerCase() === base.toLowerCase())
  }
  return { image: chain.at(-1)?.base ?? '', stages: chain }
}

/** Ports that the final image exposes; empty where none is given as a number. */
export function exposedPorts(dockerfile: Dockerfile, target?: string): string[] {
  return finalStages(dockerfile, target)
    .stages.flatMap(({ instructions }) => instructions)
    .filter(({ name }) => name === 'EXPOSE')
    .flatMap(({ value }) => value.split(/\s+/).map((port) => port.replace(/\/\w+$/, '')))
    .filter((port) => /^\d+$/.test(port))
}

function readInstructions(file: SourceFile): Instruction[] {
  const instructions: Instruction[] = []
  const escape = /^#\s*escape\s*=\s*`/im.test(file.text) ? '`' : '\\'
  let open: { start: number; end: number; text: string } | undefined
  let documents: string[] = []
  let offset = 0
  const finish = (): void => {
    const found = /^\s*([A-Za-z]+)\s*([\s\S]*)$/.exec(open?.text ?? '')
    if (open !== undefined && found !== null) {
      const value = (found[2] ?? '').trim()
      instructions.push({
        file,
        start: open.start,
        end: open.end,
        name: (found[1] ?? '').toUpperCase(),
        value,
      })
      documents = [...value.matchAll(/<<-?["']?(\w+)["']?/g)].map(([, name = '']) => name)
    }
    open = undefined
  }
  for (const line of file.text.split('\n')) {
    const start = offset
    offset += line.length + 1
    if (documents.length > 0) {
      if (line.trim() === documents[0]) documents.shift()
      else {
        const last = instructions.at(-1)
        if (last !== undefined) last.value += `\n${line}`
      }
      continue
    }
    const trimmed = line.trimEnd()
    if (/^\s*#/.test(line) || (open !== undefined && trimmed === '')) continue
    if (trimmed === '') continue
    const continues = trimmed.endsWith(escape)
    const text = continues ? trimmed.slice(0, -1) : trimmed
    const indent = line.length - line.trimStart().length
    open ??= { start: start + indent, end: start, text: '' }
    open.text += `${text} `
    open.end = start + trimmed.length
    if (!continues) finish()
  }
  finish()
  return instructions
}
