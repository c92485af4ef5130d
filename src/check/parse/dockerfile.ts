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

export type Dockerfile = {
  file: SourceFile
  /** Instructions before the first FROM, which belong to no stage: `ARG VERSION`. */
  globals: readonly Instruction[]
  stages: readonly Stage[]
}

/** Reads a Dockerfile into its stages. */
export function parseDockerfile(file: SourceFile): Dockerfile {
  const globals: Instruction[] = []
  const stages: { from: Instruction; base: string; name: string | undefined; instructions: Instruction[] }[] =
    []
  for (const instruction of readInstructions(file)) {
    if (instruction.name === 'FROM') {
      const words = instruction.value.split(/\s+/).filter((word) => !word.startsWith('--'))
      const name = /^as$/i.test(words[1] ?? '') ? words[2] : undefined
      stages.push({ from: instruction, base: words[0] ?? '', name, instructions: [] })
    } else (stages.at(-1)?.instructions ?? globals).push(instruction)
  }
  return { file, globals, stages }
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

/** Ports that the final image exposes; empty if no port is given as a number. */
export function exposedPorts(dockerfile: Dockerfile, target?: string): string[] {
  return finalStages(dockerfile, target)
    .stages.flatMap(({ instructions }) => instructions)
    .filter(({ name }) => name === 'EXPOSE')
    .flatMap(({ value }) => value.split(/\s+/).map((port) => port.replace(/\/\w+$/, '')))
    .filter((port) => /^\d+$/.test(port))
}

function readInstructions(file: SourceFile): Instruction[] {
  const instructions: Instruction[] = []
  const escape = escapeOf(file.text)
  let open: { start: number; end: number; text: string } | undefined
  let documents: HereDocument[] = []
  let offset = 0
  const finish = (): void => {
    const found = /^\s*([A-Za-z]+)\s*([\s\S]*)$/.exec(open?.text ?? '')
    if (open !== undefined && found !== null) {
      const [name, value] = [(found[1] ?? '').toUpperCase(), (found[2] ?? '').trim()]
      instructions.push({ file, start: open.start, end: open.end, name, value })
      documents = hereDocumentsOf(name, value)
    }
    open = undefined
  }
  for (const line of file.text.split('\n')) {
    const start = offset
    offset += line.length + 1
    const [document] = documents
    if (document !== undefined) {
      const text = line.replace(/\r$/, '')
      const last = instructions.at(-1)
      if ((document.isIndented ? text.replace(/^\t+/, '') : text) === document.end) documents.shift()
      else if (last !== undefined) last.value += `\n${line}`
      continue
    }
    const trimmed = line.trimEnd()
    if (trimmed === '' || /^\s*#/.test(line)) continue
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

/** The character that continues a line. The directive for it counts only above the first instruction. */
function escapeOf(text: string): string {
  const top = /^(?:\s*#[^\n]*\n)*/.exec(text)?.[0] ?? ''
  return /^\s*#\s*escape\s*=\s*`/im.test(top) ? '`' : '\\'
}

type HereDocument = {
  end: string
  /** After `<<-`: tabs before the end do not count. */
  isIndented: boolean
}

/**
 * As BuildKit finds them: words that begin with `<<`, of the instructions that may have one.
 * https://docs.docker.com/reference/dockerfile/#here-documents
 */
function hereDocumentsOf(name: string, value: string): HereDocument[] {
  if (!/^(?:RUN|COPY|ADD)$/.test(name === 'ONBUILD' ? (/^\w+/.exec(value)?.[0] ?? '').toUpperCase() : name))
    return []
  return [...value.matchAll(/(?:^|\s)\d*<<(-?)(["']?)([^\s<"']+)\2(?=\s|$)/g)].map(
    ([, dash, , end = '']) => ({
      end,
      isIndented: dash === '-',
    }),
  )
}
