/** The headings of `dray --help`, in the order in which people come to need them. */
const headings = {
  ship: 'Ship',
  look: 'Look',
  live: 'Live with it',
  'set-up': 'Set up',
} as const

export type Theme = keyof typeof headings

/** The commands by theme; those of one keep their order. A theme without a command is left out. */
export function themesOf<C extends { theme: Theme }>(
  commands: readonly C[],
): { theme: Theme; heading: string; commands: readonly C[] }[] {
  return (Object.keys(headings) as Theme[])
    .map((theme) => ({
      theme,
      heading: headings[theme],
      commands: commands.filter((command) => command.theme === theme),
    }))
    .filter((it) => it.commands.length > 0)
}
