import type { Step, StepKind } from '../../src/deploy/model/plan.ts'
import type { ToldEvent } from '../support/app/deploy-result.ts'
import type { Random } from './random.ts'

/** When in a run something happens. */
export type Moment =
  { part: 'before the plan' } | { part: 'begin' | 'middle' | 'end'; share: number; aims: readonly StepKind[] }

/** How long after its beginning the middle of a step is at most; a short one has ended by then, and the next is struck. */
const middleMs = 400

/**
 * One in ten strikes while hosts and registry are asked; the rest are spread over the steps. Where only some kinds of steps
 * are aimed at, it is at their beginning.
 */
export function chooseMoment(random: Random, aims: readonly StepKind[] = []): Moment {
  if (random.fraction() < 0.1) return { part: 'before the plan' }
  const part = random.pick(['begin', 'middle', 'end'] as const)
  return { part: aims.length > 0 ? 'begin' : part, share: random.fraction(), aims }
}

/**
 * Reads the output of a run line by line, and calls `strike` once, at the moment; `strike` receives the kind of the step it
 * hits. A run without steps is never struck.
 */
export function watchFor(
  moment: Moment,
  random: Random,
  strike: (step: string) => void,
): (line: string) => void {
  let chosen: Step | undefined
  let isStruck = false
  const strikeOnce = (step: string, afterMs: number): void => {
    if (isStruck) return
    isStruck = true
    setTimeout(() => strike(step), afterMs)
  }
  return (line) => {
    if (!line.startsWith('{')) return
    const event = JSON.parse(line) as ToldEvent
    if (moment.part === 'before the plan') {
      if (event.type === 'deploy.started') strikeOnce(moment.part, random.fraction() * 800)
      return
    }
    if (event.type === 'plan.made') {
      const { aims } = moment
      const steps = event.plan.steps.filter(({ kind }) => aims.length === 0 || aims.includes(kind))
      chosen = steps[Math.min(steps.length - 1, Math.floor(moment.share * steps.length))]
    }
    if (event.type !== 'step.started' && event.type !== 'step.finished') return
    if (event.stepId !== chosen?.id) return
    const isNow = event.type === (moment.part === 'end' ? 'step.finished' : 'step.started')
    if (isNow) strikeOnce(chosen.kind, moment.part === 'middle' ? random.fraction() * middleMs : 0)
  }
}
