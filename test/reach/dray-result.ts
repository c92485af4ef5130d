/** The events of `--json` that are read here. */
type Told = {
  type: string
  plan?: {
    warnings: readonly string[]
    steps: readonly { kind: string; cause: string; services?: readonly unknown[]; service?: string }[]
  }
  failure?: Failure & { details?: { logTail?: readonly string[] } }
}

/** `log`: the last lines of what failed. */
export type Failure = { code: string; message: string; log?: readonly string[] }

export type DrayResult = {
  failure?: Failure
  /** Warnings of the plan, and why services are recreated. */
  causes: string[]
}

/** Reads the lines that a run of dray with `--json` printed. */
export function readDrayResult(stdout: string): DrayResult {
  const told = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Told] : []))
  const plan = told.find(({ type }) => type === 'plan.made')?.plan
  const failure = told.find(({ type }) => type === 'failed')?.failure
  const recreated = plan?.steps.filter(({ kind }) => kind === 'recreate-services') ?? []
  return {
    ...(failure !== undefined && { failure: shorten(failure) }),
    causes: [...(plan?.warnings ?? []), ...recreated.map(({ cause }) => cause)],
  }
}

function shorten({ code, message, details }: NonNullable<Told['failure']>): Failure {
  return { code, message, ...(details?.logTail && { log: details.logTail.slice(-10) }) }
}
