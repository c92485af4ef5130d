import { cancelAfter, type Fault } from './fault.ts'

/** The Engine tries five times, with longer and longer pauses; a person does not wait for all of them. */
const patienceMs = 12_000

const repair: Fault['repair'] = ({ net }) => net.registry.clearFaults()

/** Only a pull asks the registry for more than digests. */
const whilePulling: Pick<Fault, 'aims' | 'onlyDeploys' | 'repair'> = {
  aims: ['pull-image'],
  onlyDeploys: true,
  repair,
}

/** What goes wrong with the registry, for requests of dray's and of the Engine's. */
export const registryFaults: readonly Fault[] = [
  {
    name: 'registry-down',
    title: 'registry down',
    strike: ({ net }) => net.registry.refuseConnections(),
    repair,
  },
  {
    name: 'registry-503',
    title: 'registry answers 503',
    strike: ({ net }) => net.registry.setFault({ match: /./, status: 503 }),
    repair,
  },
  {
    name: 'registry-429',
    title: 'registry answers 429',
    strike: ({ net }) => net.registry.setFault({ match: /./, status: 429, headers: { 'retry-after': '2' } }),
    ...whilePulling,
  },
  {
    name: 'registry-trickles',
    title: 'registry slow to a trickle, then Ctrl-C',
    strike: async ({ net, running }) => {
      await net.registry.setFault({ match: /./, bytesPerSecond: 200 })
      await cancelAfter(running, patienceMs / 2)
    },
    ...whilePulling,
  },
  {
    name: 'registry-truncates',
    title: 'registry cuts its answers short, then Ctrl-C',
    strike: async ({ net, running }) => {
      await net.registry.setFault({ match: /./, truncateAfterBytes: 300 })
      await cancelAfter(running, patienceMs)
    },
    ...whilePulling,
  },
  {
    name: 'registry-wrong-digest',
    title: 'registry gives other bytes, then Ctrl-C',
    strike: async ({ net, running }) => {
      await net.registry.setFault({ match: /./, wrongDigest: true })
      await cancelAfter(running, patienceMs)
    },
    ...whilePulling,
  },
]
