/** What each command takes of the inputs. */
const commands = {
  deploy: { tag: true, expect: true, always: [] },
  plan: { tag: true, expect: true, always: [] },
  build: { tag: true, expect: false, always: ['--push'] },
  rollback: { tag: false, expect: false, always: [] },
}

/**
 * The command line and the environment that the inputs of the action mean. The runner hands an input over as a variable:
 * `ssh-key` is `INPUT_SSH-KEY` (actions/runner, NodeScriptActionHandler.cs); these are not passed on.
 *
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {{ argv: string[], env: Record<string, string | undefined>, directory: string }}
 * @throws when there is no such command, an input is meant for another one, or the environment would be an option
 */
export function readInputs(env) {
  const input = (/** @type {string} */ name) => (env[`INPUT_${name.toUpperCase()}`] ?? '').trim()
  const name = input('command')
  if (!Object.hasOwn(commands, name)) {
    throw new Error(`The input \`command\` is \`${name}\`: it can be ${Object.keys(commands).join(', ')}.`)
  }
  const command = commands[/** @type {keyof typeof commands} */ (name)]
  const option = (/** @type {'tag' | 'expect'} */ it) => {
    const value = input(it)
    if (value !== '' && !command[it]) throw new Error(`\`${name}\` takes no \`${it}\`.`)
    return value === '' ? [] : [`--${it}`, value]
  }
  const lines = input('arguments').split('\n')
  const more = lines.map((line) => line.trim()).filter((line) => line !== '')
  const environment = input('environment')
  if (environment.startsWith('-'))
    throw new Error(`The input \`environment\` is \`${environment}\`: it is a name.`)
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
