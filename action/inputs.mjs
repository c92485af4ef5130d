/** The inputs that each command accepts, and its fixed options. */
const commands = {
  deploy: { tag: true, expect: true, always: [] },
  plan: { tag: true, expect: true, always: [] },
  build: { tag: true, expect: false, always: ['--push'] },
  rollback: { tag: false, expect: false, always: [] },
}

/**
 * Turns the inputs of the action into a command line and an environment. The runner passes each input as a variable:
 * `ssh-key` is `INPUT_SSH-KEY` (actions/runner, NodeScriptActionHandler.cs). The returned environment does not contain them.
 *
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {{ argv: string[], env: Record<string, string | undefined>, directory: string }}
 * @throws if the command is unknown, does not accept an input, or the environment looks like an option
 */
export function readInputs(env) {
  const input = (/** @type {string} */ name) => (env[`INPUT_${name.toUpperCase()}`] ?? '').trim()
  const name = input('command')
  if (!Object.hasOwn(commands, name)) {
    throw new Error(
      `The input \`command\` is \`${name}\`. Valid values: ${Object.keys(commands).join(', ')}.`,
    )
  }
  const command = commands[/** @type {keyof typeof commands} */ (name)]
  const option = (/** @type {'tag' | 'expect'} */ it) => {
    const value = input(it)
    if (value !== '' && !command[it])
      throw new Error(`The command \`${name}\` does not accept the input \`${it}\`.`)
    return value === '' ? [] : [`--${it}`, value]
  }
  const lines = input('arguments').split('\n')
  const more = lines.map((line) => line.trim()).filter((line) => line !== '')
  const environment = input('environment')
  if (environment.startsWith('-'))
    throw new Error(`The input \`environment\` is \`${environment}\`. A name must not begin with \`-\`.`)
  const kept = Object.entries(env).filter(([key]) => !key.startsWith('INPUT_'))
  const secret = (/** @type {string} */ key, /** @type {string} */ it) =>
    input(it) === '' ? {} : { [key]: input(it) }
  return {
    argv: [name, environment, ...command.always, ...option('tag'), ...option('expect'), ...more],
    env: {
      ...Object.fromEntries(kept),
      ...secret('GITHUB_TOKEN', 'token'),
      ...secret('DRAY_SSH_KEY', 'ssh-key'),
      ...secret('DRAY_SSH_KNOWN_HOSTS', 'known-hosts'),
    },
    directory: input('working-directory') || '.',
  }
}
