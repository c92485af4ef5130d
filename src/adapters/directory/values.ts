/** Deploy-time values that Compose interpolates, such as IMAGE_TAG. Never the registry's token. */
export type DeployValueMap = Readonly<Record<string, string>>

/**
 * The values as lines for a POSIX shell: `export NAME='value'`. They are sent on standard input, so they appear in no
 * argument list and in no file that stays.
 */
export function exportLines(values: DeployValueMap): string {
  return Object.entries(values)
    .filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('')
}
