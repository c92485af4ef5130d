/** Puts the name of an environment in place of `ENVIRONMENT` in the commands of a hint: `dray plan ENVIRONMENT` in back quotes. */
export function nameEnvironment(hint: string, name: string | undefined): string {
  if (name === undefined) return hint
  return hint.replace(/`dray [^`]*`/g, (command) => command.replace(/\bENVIRONMENT\b/g, () => name))
}
