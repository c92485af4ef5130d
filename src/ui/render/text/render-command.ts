/** A command as in dray.yml: a shell command without its `sh -c`. */
export function renderCommand(argv: readonly string[]): string {
  const [shell, flag, line, ...more] = argv
  return shell === 'sh' && flag === '-c' && line !== undefined && more.length === 0 ? line : argv.join(' ')
}
