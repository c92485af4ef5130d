import * as fc from 'fast-check'

/** `DRAY_TEST_SEED=… npx vitest run …` has other cases than the usual ones. */
export const seed = Number(process.env['DRAY_TEST_SEED'] ?? 20260)

/** Cases to put before something real all at once, the same in every run. `label` says which, for the message of a failure. */
export function randomCases<T>(arbitrary: fc.Arbitrary<T>, numRuns: number): { cases: T[]; label: string } {
  return { cases: fc.sample(arbitrary, { numRuns, seed }), label: `seed ${seed}` }
}

/** Text made of pieces, which may come in any order and as often as they like. */
export function textOf(pieces: readonly string[], maxLength: number): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...pieces), { maxLength }).map((parts) => parts.join(''))
}
