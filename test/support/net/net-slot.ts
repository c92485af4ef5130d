import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mustRun, runCommand } from './run-command.ts'

const allNets = '/var/cache/dray-test-net'
const cgroups = '/sys/fs/cgroup'

export type NetSlot = { id: number; directory: string; release(): Promise<void> }

/**
 * Takes a number for a network on this machine, and with it a directory and a subnet. Those of a run that was killed
 * are cleaned and used again; those of a run that lives are left alone.
 */
export async function takeNetSlot(): Promise<NetSlot> {
  const routes = await mustRun(['ip', '-4', 'route'])
  for (let id = 0; id < 200; id++) {
    const directory = join(allNets, `${id}`)
    if (existsSync(directory) && !isAbandoned(directory)) continue
    await clean(id, directory)
    if (routes.includes(`10.213.${id}.`)) continue
    if (!claim(directory)) continue
    return { id, directory, release: () => clean(id, directory) }
  }
  throw new Error(`No free subnet 10.213.N.0/24 was found for a test network: look into ${allNets}.`)
}

function claim(directory: string): boolean {
  mkdirSync(allNets, { recursive: true })
  try {
    mkdirSync(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  writeFileSync(join(directory, 'owner'), `${process.pid} ${startTimeOf(process.pid)}`)
  return true
}

function isAbandoned(directory: string): boolean {
  try {
    const [pid, startTime] = readFileSync(join(directory, 'owner'), 'utf8').split(' ')
    return startTimeOf(Number(pid)) !== startTime
  } catch {
    // Another run may have made the directory and be about to write its name.
    const age = Date.now() - (statSync(directory, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    return age > 10_000
  }
}

/** Field 22 of proc_pid_stat(5): with the number, it distinguishes a process from a later one of the same number. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return 'gone'
  }
}

/** The machines end with the process that started them; what stays behind are directories. */
async function clean(id: number, directory: string): Promise<void> {
  if (!existsSync(directory)) return
  await removeCgroups(id)
  rmSync(directory, { recursive: true, force: true })
}

/** The cgroup that a server's containers live under; one for each server, so that two Engines never share. */
export function cgroupOf(id: number, serverName: string): string {
  return `dray-test-net-${id}-${serverName}`
}

/**
 * Gives the containers of a server the share of its processors that they have on a server with systemd. There, each container has as
 * much as all of Docker Engine, or all of containerd; here, all containers of a server would have as much as a single thread of it.
 * https://docs.docker.com/engine/containers/runmetrics/#control-groups
 */
export function weighContainers(id: number, serverName: string): void {
  const isVersion2 = existsSync(join(cgroups, 'cgroup.controllers'))
  const [parent, file, weight] = isVersion2
    ? [cgroups, 'cpu.weight', 16 * 100]
    : [join(cgroups, 'cpu'), 'cpu.shares', 16 * 1024]
  if (!existsSync(parent)) return
  const group = join(parent, cgroupOf(id, serverName))
  mkdirSync(group, { recursive: true })
  // The kernel makes the file, if the group has that controller.
  if (existsSync(join(group, file))) writeFileSync(join(group, file), `${weight}`)
}

async function removeCgroups(id: number): Promise<void> {
  const parents = [cgroups, ...readdirSync(cgroups).map((name) => join(cgroups, name))]
  const ours = parents.flatMap((parent) => {
    if (!statSync(parent).isDirectory()) return []
    return readdirSync(parent)
      .filter((name) => name.startsWith(cgroupOf(id, '')))
      .map((name) => join(parent, name))
  })
  if (ours.length > 0)
    await runCommand(['find', ...ours, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';'])
}
