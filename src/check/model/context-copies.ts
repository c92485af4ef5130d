import { finalStages, type Dockerfile, type Instruction, type Stage } from '../parse/dockerfile.ts'
import { joinPath } from '../source-file.ts'

/** The instructions that copy all of the build's directory to where it stays in the final image. */
export function contextCopies(dockerfile: Dockerfile): Instruction[] {
  return copiesInto(finalStages(dockerfile).stages, dockerfile).map(({ instruction }) => instruction)
}

/** Each path that an instruction copies from the build context, where it is written in full. */
export function copySources({ stages }: Dockerfile): { instruction: Instruction; source: string }[] {
  return stages
    .flatMap(({ instructions }) => instructions)
    .filter(
      ({ name, value }) => /^(?:COPY|ADD)$/.test(name) && !/(?:^|\s)(?:--from=|--exclude=|\d*<<)/.test(value),
    )
    .flatMap((instruction) =>
      wordsOf(instruction.value)
        .slice(0, -1)
        .filter((source) => !/[$*?[\]]|^\w+:\/\/|^git@/.test(source))
        .map((source) => ({ instruction, source })),
    )
}

/** A copy of the whole directory, and the directory of the image that it goes to. */
type Copy = { instruction: Instruction; target: string }

/** What lies in the image of a stage and of those that it builds on, what it takes from other stages too. */
function copiesInto(chain: readonly Stage[], dockerfile: Dockerfile): Copy[] {
  let directory = '/'
  return chain
    .toReversed()
    .flatMap(({ instructions }) => instructions)
    .flatMap((instruction): Copy[] => {
      const { name, value } = instruction
      if (name === 'WORKDIR') directory = within(directory, value)
      if (name !== 'COPY' && name !== 'ADD') return []
      const words = wordsOf(value)
      const target = within(directory, words.at(-1) ?? '')
      const sources = words.slice(0, -1)
      const from = /(?:^|\s)--from=(\S+)/.exec(value)?.[1]
      if (from === undefined) return sources.some(isAll) ? [{ instruction, target }] : []
      const stage = dockerfile.stages.find(
        (it, index) => it.name?.toLowerCase() === from.toLowerCase() || String(index) === from,
      )
      if (stage === undefined || chain.includes(stage)) return []
      const earlier = {
        ...dockerfile,
        stages: dockerfile.stages.slice(0, dockerfile.stages.indexOf(stage) + 1),
      }
      return copiesInto(finalStages(earlier).stages, earlier)
        .filter((copy) => sources.some((source) => isWithin(copy.target, within('/', source))))
        .map((copy) => ({ ...copy, target }))
    })
}

/** The arguments of COPY and ADD, without options, in either form. */
function wordsOf(value: string): string[] {
  const words = value.replace(/^(?:--\S+\s+)*/, '')
  return (words.startsWith('[') ? words.replaceAll(/["[\],]/g, ' ').trim() : words)
    .split(/\s+/)
    .filter((word) => !word.startsWith('--'))
}

function isAll(source: string): boolean {
  return ['.', './', '/', '*', './*'].includes(source)
}

/** A path of the image, seen from a directory of it. */
function within(directory: string, path: string): string {
  return joinPath(path.startsWith('/') ? '.' : directory.replace(/^\//, ''), path.replace(/^\/+/, '')) ?? '.'
}

function isWithin(path: string, directory: string): boolean {
  return directory === '.' || path === directory || path.startsWith(`${directory}/`)
}
