import type {
  ClusterNode,
  ServiceSpec,
  StackReview,
  StackService,
  StackTask,
} from '../../src/deploy/model/cluster.ts'

/** A service of a stack that runs one task of its present definition, as Swarm describes it. */
export function fakeStackService(more: Partial<StackService> = {}): StackService {
  return {
    id: 's1',
    service: 'web',
    image: 'web@sha256:2',
    mode: 'replicated',
    desiredTasks: 1,
    updateState: 'completed',
    updateMessage: '',
    version: 1,
    taskHash: 'new',
    specHash: 'spec',
    hasHealthCheck: true,
    stackImage: 'web@sha256:2',
    spec: {} as ServiceSpec,
    uses: [],
    ...more,
  }
}

/** Its task, which runs on `fakeNode`. */
export function fakeStackTask(more: Partial<StackTask> = {}): StackTask {
  return {
    id: 't1',
    serviceId: 's1',
    nodeId: 'n1',
    image: 'web@sha256:2',
    desiredState: 'running',
    state: 'running',
    error: '',
    hasContainer: true,
    exitCode: undefined,
    taskHash: 'new',
    createdAtMs: 0,
    stateSinceMs: 0,
    ...more,
  }
}

/** A node that can run tasks. */
export const fakeNode: ClusterNode = {
  id: 'n1',
  name: 'w1',
  role: 'worker',
  state: 'ready',
  availability: 'active',
}

/** A compose file that a stack takes as it is. */
export const fakeReview: StackReview = {
  obstacles: [],
  ignored: [],
  orders: {},
  hostPorts: [],
  externals: [],
  healthMs: {},
  watchMs: {},
  pauseMs: {},
  stopMs: {},
  configFiles: [],
  contents: [],
}
