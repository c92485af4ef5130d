import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { registryNames, type Certificates } from './certificates.ts'
import { cloneDirectory, mustRunInMachine, runInMachine, writeInMachine } from './machine.ts'
import type { MachineFacts } from './net-facts.ts'
import { cgroupOf, weighContainers } from './net-slot.ts'
import type { RunOptions, RunResult } from './run-command.ts'
import { bareSetUpScript, serverSetUpScript } from './server-set-up.ts'
import { addIpv6, setLine } from './wires.ts'

const relayPort = 2200

/** A server of a test network, with its own Engine, sshd, address and disk. */
export class TestServer {
  readonly #machine: MachineFacts
  readonly #hub: MachineFacts
  readonly #netId: number

  constructor(machine: MachineFacts, hub: MachineFacts, netId: number) {
    this.#machine = machine
    this.#hub = hub
    this.#netId = netId
  }

  get name(): string {
    return this.#machine.name
  }

  /** Reachable from the client, from other servers and from this machine itself. */
  get address(): string {
    return this.#machine.address
  }

  /** What the client types after `ssh`. */
  get sshTarget(): string {
    return `deploy@${this.name}`
  }

  /** Runs a command there as root, without SSH: for what a test wants to know or break. */
  run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return runInMachine(this.#machine, argv, options)
  }

  /** Runs a docker command that must succeed; returns its output without the last newline. */
  async docker(...args: string[]): Promise<string> {
    return (await mustRunInMachine(this.#machine, ['docker', ...args])).trimEnd()
  }

  async writeFile(path: string, content: string): Promise<void> {
    await writeInMachine(this.#machine, path, content)
  }

  /** Files that hold the text, of all that was ever written here: files, volumes, images, logs, and what is in memory under /run. */
  async findOnDisk(text: string): Promise<string[]> {
    const { stdout } = await this.run(['grep', '-rlaF', '--', text, '/.disk', '/run'])
    return stdout.split('\n').filter((line) => line !== '')
  }

  /** Command lines and environments of running processes that hold the text. */
  async findInProcesses(text: string): Promise<string[]> {
    const script =
      'for p in /proc/[0-9]*; do tr "\\0\\n" "  " <$p/cmdline; tr "\\0\\n" "  " <$p/environ; echo; done 2>/dev/null'
    const { stdout } = await this.run(['sh', '-c', script])
    return stdout.split('\n').filter((line) => line.includes(text))
  }

  /** From now on no data passes between the server and other machines, and neither side is notified. */
  cutLine(): Promise<void> {
    return setLine(this.#hub, this.name, 'cut')
  }

  mendLine(): Promise<void> {
    return setLine(this.#hub, this.name, 'whole')
  }

  /** @throws with the end of its log when it does not answer within two minutes */
  async startEngine(): Promise<void> {
    const cgroup = `/${cgroupOf(this.#netId, this.name)}`
    const script = 'setsid dockerd --cgroup-parent "$0" >>/var/log/dockerd.log 2>&1 </dev/null &'
    await mustRunInMachine(this.#machine, ['sh', '-c', script, cgroup])
    const wait = 'until docker version >/dev/null 2>&1; do sleep 0.1; done'
    const { exitCode } = await this.run(['timeout', '120', 'sh', '-c', wait], { timeoutMs: 130_000 })
    if (exitCode === 0) return
    const { stdout } = await this.run(['tail', '-n', '15', '/var/log/dockerd.log'])
    throw new Error(`The Docker Engine of ${this.name} did not start: ${stdout}`)
  }

  /** Stops the Engine in order; its containers end with it. */
  stopEngine(): Promise<void> {
    return this.#endEngine('TERM')
  }

  /** Kills the Engine as the kernel does when memory runs out; containers continue to run until it is started again. */
  killEngine(): Promise<void> {
    return this.#endEngine('KILL')
  }

  /**
   * As when the power goes and comes back: every process ends at once, what is in memory is gone, /tmp is emptied as systemd
   * does, then sshd and the Engine start. Containers come back as their restart policies say.
   */
  async reboot(): Promise<void> {
    await mustRunInMachine(this.#machine, ['sh', '-c', powerCutScript])
    await this.startSshd()
    await this.startEngine()
  }

  /** Starts sshd, which must not run. */
  async startSshd(): Promise<void> {
    const argv = ['/usr/sbin/sshd', '-f', '/etc/ssh/sshd_config', '-E', '/var/log/sshd.log']
    await mustRunInMachine(this.#machine, argv)
  }

  /** Gives it an address of IPv6, which is returned, and this machine another one. */
  async addIpv6(): Promise<string> {
    return addIpv6(this.#netId, this.#machine)
  }

  /**
   * Adds a round trip of so many milliseconds to new SSH connections, so that it is as far as another country; 0 ends it.
   * Only what travels over SSH is delayed.
   */
  async delay(roundTripMs: number): Promise<void> {
    const redirect = [
      'PREROUTING',
      '-p',
      'tcp',
      '--dport',
      '22',
      '-j',
      'REDIRECT',
      '--to-ports',
      `${relayPort}`,
    ]
    await this.run(['iptables', '-t', 'nat', '-D', ...redirect])
    await this.run(['sh', '-c', '[ ! -f /run/delay.pid ] || kill "$(cat /run/delay.pid)"'])
    if (roundTripMs === 0) return
    const tsx = join(cloneDirectory, 'node_modules/tsx/dist/loader.mjs')
    const relay = join(cloneDirectory, 'test/support/net/delay-relay.ts')
    const argv = [process.execPath, '--import', tsx, relay, `${relayPort}`, '22', `${roundTripMs}`]
    await this.run([
      'sh',
      '-c',
      'setsid "$@" </dev/null >/var/log/delay.log 2>&1 & echo $! >/run/delay.pid',
      'sh',
      ...argv,
    ])
    const listening = `until grep -q ready /var/log/delay.log; do sleep 0.05; done`
    await mustRunInMachine(this.#machine, ['timeout', '60', 'sh', '-c', listening])
    await mustRunInMachine(this.#machine, ['iptables', '-t', 'nat', '-A', ...redirect])
  }

  async #endEngine(signal: 'TERM' | 'KILL'): Promise<void> {
    const script =
      'pid=$(cat /run/docker.pid); kill -$0 "$pid"; while [ -d "/proc/$pid" ]; do sleep 0.05; done'
    await mustRunInMachine(this.#machine, ['timeout', '60', 'sh', '-c', script, signal])
  }
}

/**
 * Stops all processes before it ends the first, so that none sees another go. The first two are the machine itself: the shell
 * that holds its namespaces open, and the `cat` that this waits for.
 */
const powerCutScript = `
others() {
  for entry in /proc/[0-9]*; do
    pid=\${entry#/proc/}
    [ "$pid" != 1 ] && [ "$pid" != $$ ] && read -r _ name _ parent _ 2>/dev/null <"$entry/stat" || continue
    [ "$name $parent" = '(cat) 1' ] || kill "-$1" "$pid" 2>/dev/null
  done
}
others STOP
others STOP
others KILL
sleep 0.2
others KILL
awk '{ print $2 }' /proc/mounts | grep -E '^(/var/lib/docker|/run/docker|/run/netns)/' |
  sort -r | xargs -r -n 1 umount -l
# What is mounted there from elsewhere is not of this machine.
find /run /tmp -xdev -depth -mindepth 1 ! -path /run/sshd ! \\( -type d ! -empty \\) -delete 2>/dev/null || :
`

export type ServerSetUp = {
  machine: MachineFacts
  netId: number
  clientKey: string
  certificates: Certificates
  hosts: string
}

/** Makes a wired machine a server, all but its Engine; returns the line its host key has in known_hosts. */
export async function setUpServer(setUp: ServerSetUp): Promise<string> {
  const { machine, netId, clientKey, certificates, hosts } = setUp
  weighContainers(netId, machine.name)
  await writeInMachine(machine, '/etc/hosts', hosts)
  const env = {
    NAME: machine.name,
    TOOLS: join(cloneDirectory, '.cache/net-tools/root'),
    CLIENT_KEY: clientKey,
    CA_FILE: certificates.caFile,
    CGROUP: `/${cgroupOf(netId, machine.name)}`,
    CA_TEXT: readFileSync(certificates.caFile, 'utf8'),
    REGISTRIES: registryNames.join(' '),
    OLD_DOCKER:
      machine.engine === '20.10' ? join(cloneDirectory, '.cache/engine-20.10/root/usr/bin/docker') : '',
  }
  const script = machine.engine === 'none' ? bareSetUpScript : serverSetUpScript
  await mustRunInMachine(machine, ['sh', '-ec', script], { env })
  // The mirror is tried before Docker Hub, which has no way here.
  const daemon = {
    'registry-mirrors': ['http://mirror.test:5000'],
    'insecure-registries': ['mirror.test:5000'],
    ...(machine.engine === 'containerd' ? { features: { 'containerd-snapshotter': true } } : {}),
  }
  await writeInMachine(machine, '/etc/docker/daemon.json', JSON.stringify(daemon))
  return mustRunInMachine(machine, ['cat', '/etc/ssh/ssh_host_ed25519_key.pub'])
}
