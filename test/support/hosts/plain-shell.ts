import type { CommandRunner } from '../../../src/adapters/host/command-runner.ts'

/** The shell as an object of which parts can be replaced; a class has them in its prototype. */
export function plainShell(runner: CommandRunner): CommandRunner {
  return {
    name: runner.name,
    connect: () => runner.connect(),
    run: (argv, options) => runner.run(argv, options),
    open: (argv, options) => runner.open(argv, options),
    attach: (argv, options) => runner.attach(argv, options),
    dial: (host, port) => runner.dial(host, port),
    [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
  }
}
