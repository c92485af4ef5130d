/** Deploy-time values that Compose interpolates: IMAGE_TAG and its like. Never the registry's token. */
export type DeployValueMap = Readonly<Record<string, string>>

/**
 * The values as lines a POSIX shell reads: `export NAME='value'`. They travel on standard input, so that they are in no
 * argument list and in no file that stays.
 */
export function exportLines(values: DeployValueMap): string {
  return Object.entries(values)
    .filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('')
}
