import { cpus, loadavg, totalmem } from 'node:os'
import type { BenchNetwork } from './bench-network.ts'

/** On what and when the figures were taken: they are worth nothing without it. */
export async function describeMachine({ server }: BenchNetwork, runs: number): Promise<string> {
  const engine = await server.docker('version', '--format', '{{.Server.Version}}')
  const compose = await server.docker('compose', 'version', '--short')
  const nginx = await server.docker('run', '--rm', 'nginx:alpine', 'sh', '-c', 'nginx -v 2>&1')
  const facts = [
    `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Engine ${engine}`,
    `Compose ${compose}`,
    `nginx ${nginx.replace(/^.*\//, '')}`,
    `Node ${process.versions.node}`,
  ]
  const date = new Date().toISOString().slice(0, 10)
  return (
    `Measured on ${date} on one machine (${facts.join(', ')}) that was server, client, registry and load generator in ` +
    `one, ${runs} ${runs === 1 ? 'run' : 'runs'} each; its load average was ${(loadavg()[0] ?? 0).toFixed(1)} when it began.`
  )
}
