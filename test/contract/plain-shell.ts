import type { Shell } from '../../src/adapters/host/shell.ts'

/** The shell as an object of which parts can be replaced; a class has them in its prototype. */
export function plainShell(shell: Shell): Shell {
  return {
    name: shell.name,
    connect: () => shell.connect(),
    run: (argv, options) => shell.run(argv, options),
    open: (argv, options) => shell.open(argv, options),
    attach: (argv, options) => shell.attach(argv, options),
    dial: (host, port) => shell.dial(host, port),
    [Symbol.asyncDispose]: () => shell[Symbol.asyncDispose](),
  }
}
