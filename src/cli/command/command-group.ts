/** The headings of `dray --help`, in the order in which people come to need them. */
const headings = {
  ship: 'Ship',
  inspect: 'Inspect',
  operate: 'Operate',
  'set-up': 'Set up',
} as const

/** Commands under one heading of `dray --help`; their files are in the folder of this name in `commands/`. */
export type CommandGroup = keyof typeof headings

/** The commands by group; those of one keep their order. A group without a command is left out. */
export function groupCommands<C extends { group: CommandGroup }>(
  commands: readonly C[],
): { group: CommandGroup; heading: string; commands: readonly C[] }[] {
  return (Object.keys(headings) as CommandGroup[])
    .map((group) => ({
      group,
      heading: headings[group],
      commands: commands.filter((command) => command.group === group),
    }))
    .filter((it) => it.commands.length > 0)
}
