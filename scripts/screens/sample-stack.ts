/** What the picture of a stack shows: an app on a swarm of four nodes, of which one is down. */
import type { Digest } from '../../src/deploy/model/image-reference.ts'
import type { FailedTask, KnownHost, ServiceStatus } from '../../src/operations/status/status.ts'
import type { Overview } from '../../src/ui/page/model.ts'
import { mona } from './sample-attempts.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const HOST = 'deploy@manager.example.com'

function service(name: string, changes: Partial<ServiceStatus>): ServiceStatus {
  const digest: Digest = `sha256:${'3f2a1c9'.repeat(10).slice(0, 64)}`
  const image = { name: `ghcr.io/acme/shop-${name}`, tag: 'v1.4.0', digest }
  const well = { state: 'running', health: 'healthy', running: 1, desired: 1, restarts: 0 } as const
  return { service: name, ...well, upMs: 3 * hourMs, image, ...changes }
}

/** The event of the overview of an app whose one environment has `engine: swarm`, at `nowMs`. */
export function sampleStack(nowMs: number): Overview {
  const failed: FailedTask[] = [
    {
      task: 'w1k2',
      node: 'worker-2',
      error: 'task: non-zero exit (137): dockerexec: unhealthy container',
      exitCode: 137,
      atMs: nowMs - 6 * minuteMs,
    },
    {
      task: 'w0q8',
      error: 'no suitable node (scheduling constraints not satisfied on 4 nodes)',
      atMs: nowMs - 9 * minuteMs,
    },
  ]
  const ready = { state: 'ready', availability: 'active' } as const
  const host: KnownHost = {
    host: HOST,
    verdict: 'drifted',
    release: { id: 'r41', tag: 'v1.4.0', createdAtMs: nowMs - 3 * hourMs, ageMs: 3 * hourMs, by: mona },
    services: [
      service('backend', { running: 4, desired: 4, nodes: ['manager-2', 'worker-1'] }),
      service('frontend', { running: 2, desired: 2, nodes: ['manager-2', 'manager-3'] }),
      service('nginx', {
        health: 'unchecked',
        running: 3,
        desired: 3,
        nodes: ['manager-2', 'manager-3', 'worker-1'],
      }),
      service('worker', {
        state: 'partial',
        running: 1,
        desired: 2,
        restarts: 2,
        nodes: ['worker-1'],
        update: {
          state: 'paused',
          message: 'update paused due to failure or early termination of task w1k2',
        },
        failedTasks: failed,
      }),
    ],
    drift: [
      {
        kind: 'node',
        subject: 'worker-2',
        message: 'Node worker-2 is down.',
        hint: '`dray status production` shows where its tasks run now.',
      },
    ],
    urls: [],
    fileSystems: [],
    swarm: {
      nodes: [
        { node: 'manager-2', role: 'manager', ...ready, isLeader: true },
        { node: 'manager-3', role: 'manager', ...ready },
        { node: 'worker-1', role: 'worker', ...ready },
        { node: 'worker-2', role: 'worker', state: 'down', availability: 'active' },
      ],
    },
  }
  return {
    app: 'shop',
    mayWrite: false,
    nowMs,
    environments: [
      {
        environment: 'production',
        status: { environment: 'production', verdict: host.verdict, hosts: [host] },
        reading: [],
        journalBytes: {},
        lastKnown: {},
        lastAttempts: {},
        readAtMs: nowMs,
      },
    ],
  }
}
