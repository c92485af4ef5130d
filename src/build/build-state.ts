import * as z from 'zod'
import { parseJson } from '../shared/parse-json.ts'

/** One step of a build, as BuildKit reports it. */
export type BuildStep = {
  /** The target that the step belongs to; undefined for steps of the whole build. */
  target: string | undefined
  /** `RUN npm ci`, `exporting to image`. */
  title: string
  /** Its position in the stage of the Dockerfile; undefined for a step without an instruction. */
  place: { number: number; of: number } | undefined
  /** Milliseconds since the epoch. */
  startedAtMs: number | undefined
  finishedAtMs: number | undefined
  isCached: boolean
  /** The reason of its failure, which also failed the build. */
  error: string | undefined
  /** Its output. */
  lines: string[]
}

export type BuildChange = { step: BuildStep } & (
  { kind: 'started' } | { kind: 'finished' } | { kind: 'printed'; line: string }
)

/** The state of a build from its output so far. */
export type BuildState = {
  steps: ReadonlyMap<string, BuildStep>
  /** Lines that are not progress, with the reason if Bake failed. */
  said: readonly string[]
  /** Reads a line of `--progress=rawjson`, and returns the changes. */
  take(line: string): BuildChange[]
}

const statusSchema = z.object({
  vertexes: z
    .array(
      z.object({
        digest: z.string(),
        name: z.string().default(''),
        started: z.string().optional(),
        completed: z.string().optional(),
        cached: z.boolean().default(false),
        error: z.string().optional(),
      }),
    )
    .nullish(),
  logs: z.array(z.object({ vertex: z.string(), data: z.string() })).nullish(),
})

/** The state of a build of these targets. With several, Bake prefixes each step with the name of its target. */
export function createBuildState(targets: readonly string[]): BuildState {
  const steps = new Map<string, BuildStep>()
  const unfinished = new Map<string, string>()
  const said: string[] = []

  function takeStatus({ vertexes, logs }: z.infer<typeof statusSchema>): BuildChange[] {
    const changes: BuildChange[] = []
    for (const { digest, name, started, completed, cached, error } of vertexes ?? []) {
      const step = steps.get(digest) ?? { ...readName(name, targets), ...unstarted, lines: [] }
      steps.set(digest, step)
      const before = { ...step }
      step.startedAtMs ??= timeOf(started)
      step.finishedAtMs = timeOf(completed) ?? step.finishedAtMs
      step.isCached ||= cached
      if (error !== undefined && isFatal(step.title, error)) step.error ??= error
      if (before.startedAtMs === undefined && step.startedAtMs !== undefined)
        changes.push({ kind: 'started', step })
      if (before.finishedAtMs === undefined && step.finishedAtMs !== undefined)
        changes.push({ kind: 'finished', step })
    }
    for (const { vertex, data } of logs ?? []) {
      const step = steps.get(vertex)
      if (step === undefined) continue
      const text = (unfinished.get(vertex) ?? '') + Buffer.from(data, 'base64').toString('utf8')
      const lines = text.split('\n')
      unfinished.set(vertex, lines.pop() ?? '')
      step.lines.push(...lines)
      changes.push(...lines.map((line): BuildChange => ({ kind: 'printed', step, line })))
    }
    return changes
  }

  return {
    steps,
    said,
    take: (line) => {
      const status = statusSchema.safeParse(parseJson(line))
      if (status.success) return takeStatus(status.data)
      said.push(line)
      return []
    },
  }
}

/** A step that was cancelled because another one failed is not the reason. A failed cache does not fail the build. */
function isFatal(title: string, error: string): boolean {
  return !/context canceled/.test(error) && !/^(?:importing|exporting) cache\b/.test(title)
}

const unstarted = { startedAtMs: undefined, finishedAtMs: undefined, isCached: false, error: undefined }

/** `[backend stage-1 3/6] RUN npm ci`, `[3/6] RUN npm ci`, `[backend] exporting to image`. */
function readName(name: string, targets: readonly string[]): Pick<BuildStep, 'target' | 'title' | 'place'> {
  const [only, ...others] = targets
  const [, words = '', title = name] = /^\[([^\]]*)\] (.*)$/s.exec(name) ?? []
  const first = words.split(' ')[0] ?? ''
  const [, number, of] = /(\d+)\/(\d+)$/.exec(words) ?? []
  return {
    target: others.length === 0 ? only : targets.find((target) => target === first),
    title,
    place: number === undefined || of === undefined ? undefined : { number: Number(number), of: Number(of) },
  }
}

function timeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text)
}
