import { someNames } from '../../../deploy/model/some-names.ts'

/** A sentence for nodes of a swarm that dray is not connected to. */
export function describeUnread(names: readonly string[], done: 'read' | 'cleaned'): string {
  const { length } = names
  return `Not ${done}: ${length === 1 ? 'node' : 'nodes'} ${someNames(names)}, to which dray is not connected. \`nodes\` in dray.yml lists the nodes that it connects to.`
}
