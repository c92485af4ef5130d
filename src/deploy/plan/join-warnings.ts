import type { Plan } from '../model/plan.ts'

/** The warnings of a plan, each once: first those that its decisions bring, then those that tell what was measured. */
export function joinWarnings({
  decided,
  measured,
}: {
  decided: readonly string[]
  measured: readonly string[]
}): Pick<Plan, 'warnings' | 'measuredWarnings'> {
  return {
    warnings: [...new Set([...decided, ...measured])],
    ...(measured.length > 0 && { measuredWarnings: [...new Set(measured)] }),
  }
}

/** The warnings that only another plan brings. */
export function decidedWarnings({ warnings, measuredWarnings = [] }: Plan): readonly string[] {
  return warnings.filter((it) => !measuredWarnings.includes(it))
}
