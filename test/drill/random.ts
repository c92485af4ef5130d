/** Random choices that come again with the same seed. */
export type Random = {
  /** From 0 up to 1, without it. */
  fraction(): number
  /** One of these. Throws when there is no choice. */
  pick<T>(choices: readonly T[]): T
}

/** mulberry32: a small generator whose whole state is the seed. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    fraction,
    pick: (choices) => {
      const choice = choices[Math.floor(fraction() * choices.length)]
      if (choice === undefined) throw new Error('There is nothing to choose from.')
      return choice
    },
  }
}
