import { prepareImages } from '../images/prepare.ts'
import { formSwarm } from '../net/form-swarm.ts'
import type { TestServer } from '../net/server.ts'
import { startTestNet, type TestNet } from '../net/test-net.ts'
import { stackCompose, stackSite } from './stack-compose.ts'
import { TestApp } from './test-app.ts'

/** Three managers and a worker. */
export const nodeNames = ['m1', 'm2', 'm3', 'w1'] as const
export type NodeName = (typeof nodeNames)[number]

/** A task of a service that runs. */
type RunningTask = { id: string; node: string; image: string }

/** Servers of a network of their own, and an app that dray deploys to the swarm of `m1`. They are in no swarm yet. */
export type SwarmApp = AsyncDisposable & {
  net: TestNet
  app: TestApp
  server(name: NodeName): TestServer
  /** Of the backend unless told; `asked` is the manager that answers, m1 unless told. */
  tasks(service?: string, asked?: NodeName): Promise<RunningTask[]>
}

/** Starts the network, with the images of the app in its registry. dray.yml lists the servers of `nodes` as nodes. */
export async function startSwarmApp({
  nodes = [],
  keep = 5,
}: { nodes?: readonly NodeName[]; keep?: number } = {}): Promise<SwarmApp> {
  const net = await startTestNet({ servers: Object.fromEntries(nodeNames.map((name) => [name, {}])) })
  const server = (name: NodeName): TestServer => net.server(name)
  await prepareImages({
    registryPushHost: net.registry.pushHost,
    only: (name) => /^(acme\/shop-backend|library\/nginx):/.test(name),
  })
  const app = await TestApp.make({
    net,
    server: server('m1'),
    name: 'shop',
    files: { 'docker-compose.yml': stackCompose({ proxyNode: 'm1' }), 'nginx/stack.conf': stackSite },
    environment: {
      engine: 'swarm',
      keep,
      ...(nodes.length > 0 && { nodes: nodes.map((name) => server(name).sshTarget) }),
    },
    config: {
      tasks: {
        migrate: { service: 'backend', run: ['npm', 'run', 'migrate'], when: 'before' },
        check: { service: 'backend', run: 'echo here; echo problem >&2; exit 7', when: 'manual' },
        slow: {
          service: 'backend',
          run: "trap 'exit 0' TERM; echo begun; sleep 600 & wait",
          when: 'manual',
        },
      },
    },
  })
  const tasks = async (service = 'backend', asked: NodeName = 'm1'): Promise<RunningTask[]> => {
    const options = ['--filter', 'desired-state=running', '--format', '{{.ID}} {{.Node}} {{.Image}}']
    const printed = await server(asked).docker('service', 'ps', '--no-trunc', ...options, `shop_${service}`)
    return printed.split('\n').map((line) => {
      const [id = '', node = '', image = ''] = line.split(' ')
      return { id, node, image }
    })
  }
  return {
    net,
    app,
    server,
    tasks,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      await net[Symbol.asyncDispose]()
    },
  }
}

/** The same in a swarm, with releases v1 and v2 deployed. dray talks to m1, and m2 leads. */
export async function startDeployedSwarm(): Promise<SwarmApp> {
  const swarm = await startSwarmApp()
  const { app, server } = swarm
  await formSwarm([server('m2'), server('m1'), server('m3')], [server('w1')])
  await app.mustDeploy('v1')
  await app.mustDeploy('v2')
  return swarm
}
