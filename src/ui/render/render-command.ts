/** A command as dray.yml has it: a line for the shell without the shell. */
export function renderCommand(argv: readonly string[]): string {
  const [shell, flag, line, ...more] = argv
  return shell === 'sh' && flag === '-c' && line !== undefined && more.length === 0 ? line : argv.join(' ')
}
