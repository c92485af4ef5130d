/** Whether the environment is that of a CI job, whose output is a log. */
export function isCI(env: Readonly<Record<string, string | undefined>>): boolean {
  return env['GITHUB_ACTIONS'] === 'true' || !['', '0', 'false'].includes(env['CI'] ?? '')
}
