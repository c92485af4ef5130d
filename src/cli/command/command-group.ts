/** The headings of `dray --help`, in order. */
const headings = {
  ship: 'Ship',
  inspect: 'Inspect',
  operate: 'Operate',
  'set-up': 'Set up',
} as const

/** Commands under one heading of `dray --help`; their files are in the folder of this name in `commands/`. */
export type CommandGroup = keyof typeof headings

/** The commands by group, in their order. Groups without a command are left out. */
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
