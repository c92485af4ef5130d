import { cpus, loadavg, totalmem } from 'node:os'
import type { BenchNetwork } from './bench-network.ts'

/** On what the figures were taken: they are worth nothing without it. */
export async function describeMachine({ server }: BenchNetwork): Promise<string> {
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
  return (
    `Measured on one machine (${facts.join(', ')}) that was server, client, registry and load generator in one; its load ` +
    `average was ${(loadavg()[0] ?? 0).toFixed(1)} when the newest tables were begun.`
  )
}

/** When a table was measured, and how often: `On 2026-11-24, 3 runs each.` */
export function renderWhen(runs: number): string {
  const date = new Date().toISOString().slice(0, 10)
  return `On ${date}, ${runs === 1 ? 'one run' : `${runs} runs`} each.`
}
