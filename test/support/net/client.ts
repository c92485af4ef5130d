import { join } from 'node:path'
import { TerminalProgram } from '../terminal.ts'
import {
  cloneDirectory,
  commandInMachine,
  mustRunInMachine,
  runInMachine,
  startInMachine,
  writeInMachine,
} from './machine.ts'
import type { MachineFacts } from './net-facts.ts'
import type { RunningCommand, RunOptions, RunResult } from './run-command.ts'

/** The machine that deploys: it knows the servers' names and keys, and its /tmp and the clone are this machine's. */
export class TestClient {
  readonly #machine: MachineFacts
  readonly #caFile: string

  constructor(machine: MachineFacts, caFile: string) {
    this.#machine = machine
    this.#caFile = caFile
  }

  /** Runs a command there; `dray` is in its PATH. Its environment is only what is given, and what a login has. */
  run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return runInMachine(this.#machine, argv, this.#withCertificates(options))
  }

  /** The same, for a command that will be signalled. */
  start(argv: readonly string[], options: RunOptions = {}): RunningCommand {
    return startInMachine(this.#machine, argv, this.#withCertificates(options))
  }

  /** The same on a terminal of its own, 80 columns wide. */
  startOnTerminal(argv: readonly string[], options: RunOptions = {}): TerminalProgram {
    const command = commandInMachine(this.#machine, argv, this.#withCertificates(options))
    return new TerminalProgram(command.argv, { columns: 80, rows: 24, env: { ...command.env } })
  }

  /** The start of a command line that runs the rest there, for a program that starts it in its own way. */
  entering(): string[] {
    return commandInMachine(this.#machine, []).argv
  }

  async writeFile(path: string, content: string): Promise<void> {
    await writeInMachine(this.#machine, path, content)
  }

  #withCertificates(options: RunOptions): RunOptions {
    const certificates = {
      NODE_EXTRA_CA_CERTS: this.#caFile,
      CURL_CA_BUNDLE: this.#caFile,
      SSL_CERT_FILE: this.#caFile,
    }
    const path = `${join(cloneDirectory, 'bin')}:${this.#machine.path}`
    return { ...options, env: { PATH: path, ...certificates, ...options.env } }
  }
}

export type ClientSetUp = { machine: MachineFacts; hosts: string }

/** Gives the client its name and an SSH key. @returns the public key */
export async function setUpClient({ machine, hosts }: ClientSetUp): Promise<string> {
  await writeInMachine(machine, '/etc/hosts', hosts)
  const script =
    'hostname client && mkdir -m 700 /root/.ssh && ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/id_ed25519'
  await mustRunInMachine(machine, ['sh', '-ec', script])
  return (await mustRunInMachine(machine, ['cat', '/root/.ssh/id_ed25519.pub'])).trim()
}

/** Gives the servers' host keys to the client; an unknown key is refused without a question. */
export async function introduceServers(machine: MachineFacts, knownHosts: string): Promise<void> {
  await writeInMachine(machine, '/root/.ssh/known_hosts', knownHosts)
  await writeInMachine(machine, '/root/.ssh/config', 'Host *\n  StrictHostKeyChecking yes\n')
}
