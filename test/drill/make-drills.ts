import type { Fault } from './fault.ts'
import { createRandom } from './random.ts'
import type { Drill } from './run-drill.ts'
import { firstTag, tags } from './stage.ts'

/**
 * A list of drills that follow each other: each begins with what the one before it left in place. Faults take turns; one in
 * three is a rollback to the release before, the others deploy a version whose images are not on the server any more.
 */
export function makeDrills(options: { runs: number; seed: number; faults: readonly Fault[] }): Drill[] {
  const { runs, seed, faults } = options
  const random = createRandom(seed)
  const drills: Drill[] = []
  let [before, now]: [string | undefined, string] = [undefined, firstTag]
  while (drills.length < runs) {
    const fault = faults[drills.length % faults.length]
    if (fault === undefined) break
    const mayRollBack = before !== undefined && fault.onlyDeploys !== true
    const how: Drill['how'] = mayRollBack && random.fraction() < 1 / 3 ? 'rollback' : 'deploy'
    const others = tags.filter((tag) => tag !== now && tag !== before)
    const to: string = how === 'rollback' && before !== undefined ? before : random.pick(others)
    drills.push({ fault, seed: Math.floor(random.fraction() * 2 ** 31), from: now, to, how })
    // A release that was deployed in between may have pushed that one out.
    ;[before, now] = [fault.tag === undefined ? now : undefined, to]
  }
  return drills
}
