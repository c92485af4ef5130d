import { mustRunInMachine } from './machine.ts'
import type { MachineFacts } from './net-facts.ts'
import { mustRun } from './run-command.ts'

/** Makes the hub the switch of the network, and gives this machine itself a place on it. */
export async function wireHub(
  hub: MachineFacts,
  id: number,
  addresses: { host: string; example: string },
): Promise<void> {
  const inHub = ['nsenter', '-t', `${hub.pid}`, '-n']
  await shell(`
    ip link add draynet${id} type veth peer name uplink netns ${hub.pid}
    ip addr add ${addresses.host}/24 dev draynet${id}
    ip link set draynet${id} up
    ${inHub.join(' ')} sh -ec '
      ip link add br0 type bridge
      ip addr add ${hub.address}/24 dev br0
      ip addr add ${addresses.example}/24 dev br0
      ip link set br0 up
      ip link set uplink master br0 up
    '`)
}

/** Lays the line of a machine to the hub. It has no way out: what is not in the network cannot be reached, at once. */
export async function wireMachine(hub: MachineFacts, machine: MachineFacts): Promise<void> {
  await shell(`
    nsenter -t ${hub.pid} -n sh -ec '
      ip link add ${machine.name} type veth peer name eth0 netns ${machine.pid}
      ip link set ${machine.name} master br0 up
    '
    nsenter -t ${machine.pid} -n sh -ec '
      ip addr add ${machine.address}/24 dev eth0
      ip link set eth0 up
    '`)
}

/** Gives this machine and another of the network addresses of IPv6; gives the other one's. */
export async function addIpv6(id: number, machine: MachineFacts): Promise<string> {
  const suffix = machine.address.split('.').at(-1)
  const address = `fd00:d7a:${id}::${suffix}`
  await shell(`
    ip -6 addr replace fd00:d7a:${id}::1/64 dev draynet${id} nodad
    nsenter -t ${machine.pid} -n ip -6 addr replace ${address}/64 dev eth0 nodad`)
  return address
}

/** Lets a line pass nothing, or everything again. Connections over it are not told: they wait. */
export async function setLine(hub: MachineFacts, machineName: string, state: 'cut' | 'whole'): Promise<void> {
  await mustRunInMachine(hub, ['ip', 'link', 'set', 'dev', machineName, state === 'cut' ? 'down' : 'up'])
}

async function shell(script: string): Promise<void> {
  await mustRun(['sh', '-ec', script])
}
