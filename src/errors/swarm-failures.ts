import { EXIT } from './exit-code.ts'

/** Failures with Docker Swarm; part of the catalogue. */
export const swarmFailures = {
  SWARM_INACTIVE: {
    title: 'The server is not part of a swarm.',
    hint: 'Run `docker swarm init` on the first manager, and on the other nodes the `docker swarm join` that it prints.',
    exitCode: EXIT.precondition,
  },
  SWARM_NOT_MANAGER: {
    title: 'The server is a worker of its swarm.',
    hint: 'Name a manager as `host` in dray.yml: `docker node ls` on a manager lists them.',
    exitCode: EXIT.precondition,
  },
  SWARM_NODE_OTHER: {
    title: 'A server that dray.yml lists as a node is not in the swarm of the manager.',
    hint: 'Correct `nodes` in dray.yml: `docker node ls` on the manager lists its nodes. To add the server: `docker swarm join-token worker` there prints what to type on it.',
    exitCode: EXIT.precondition,
  },
  SWARM_NO_LEADER: {
    title: 'The swarm has no leader, so that it takes no changes.',
    hint: 'More than half of the managers must run and reach each other: start those that are down. Running containers are not affected.',
    exitCode: EXIT.precondition,
  },
  SWARM_COMMAND: {
    title: 'The command does not work with `engine: swarm`.',
    hint: 'Use the docker command on a manager; docs/swarm.md has the one for each.',
    exitCode: EXIT.usage,
  },
  TASK_ELSEWHERE: {
    title: 'The service runs only on nodes that dray does not connect to.',
    hint: 'List the node under `nodes` in dray.yml, or type `docker exec` on it; `docker stack ps` on a manager names it.',
    exitCode: EXIT.precondition,
  },
  SWARM_LOGIN_BASIC: {
    title: 'The registry takes only a user name and password, which dray does not store in a swarm.',
    hint: 'Pull the images on each node by hand, after `docker login`, or use a registry with a token service, such as ghcr.io.',
    exitCode: EXIT.precondition,
  },
  SWARM_PULL_FAILED: {
    title: 'A node of the swarm could not pull an image.',
    hint: 'On that node: `docker pull IMAGE`. It must reach the registry, and have enough disk space. To leave it out: `docker node update --availability drain NODE`.',
    exitCode: EXIT.failedOldServing,
  },
  STACK_UNSUPPORTED: {
    title: 'The compose file has something that a stack does not have.',
    hint: 'Change the compose file as shown; Compose still reads it. Nothing was changed.',
    exitCode: EXIT.usage,
  },
  STACK_MISSING: {
    title: 'A network, config or secret that the compose file declares as `external` is not in the swarm.',
    hint: 'Create it on a manager: `docker network create --driver overlay --attachable NAME`, `docker secret create NAME FILE`, or `docker config create NAME FILE`.',
    exitCode: EXIT.precondition,
  },
  STACK_REFUSED: {
    title: 'Docker refused the stack.',
    hint: 'Read the message above: it comes from `docker stack deploy`.',
    exitCode: EXIT.failedOldServing,
  },
  STACK_PAUSED: {
    title: 'Swarm paused the update of a service, since a new task failed.',
    hint: 'Read the log of the task, which is shown, and correct the release.',
    exitCode: EXIT.failedOldServing,
  },
  STACK_ROLLED_BACK: {
    title: 'Swarm rolled a service back on its own.',
    hint: 'Read the log of the task, which is shown, and correct the release.',
    exitCode: EXIT.failedOldServing,
  },
  STACK_STUCK: {
    title: 'Tasks of a service did not become ready within the time limit.',
    hint: 'Read the reason of the last task. `services: { NAME: { health: { timeout: 5m } } }` in dray.yml waits longer.',
    exitCode: EXIT.failedOldServing,
  },
  TASK_NODE_LOST: {
    title: 'The node of a task was lost while the task ran.',
    hint: 'Whether the task ended is unknown, and its changes stay. Check them before you run it again. When the node is back, Swarm stops what is left of the task.',
    exitCode: EXIT.needsPerson,
  },
  TASK_NOT_STOPPED: {
    title: 'The container of a task was removed from the swarm, and still runs.',
    hint: 'The task must not run twice at the same time. `docker ps` on that node shows its container; `docker rm -f` ends it. Then run the same command again.',
    exitCode: EXIT.precondition,
  },
  STACK_NO_NODE: {
    title: 'No node of the swarm can run a task.',
    hint: '`docker node ls` on a manager shows the nodes. Correct `deploy.placement` or `deploy.resources`, or add a node.',
    exitCode: EXIT.failedOldServing,
  },
  STACK_NETWORK: {
    title: 'A node could not connect a task to its overlay network.',
    hint: 'A known failure of Docker on that node, and not of the release. Drain the node (`docker node update --availability drain NODE`), restart Docker there, and make it active again. The nodes need 4789/udp and 7946/tcp+udp open to each other.',
    exitCode: EXIT.failedOldServing,
  },
  STACK_MISMATCH: {
    title: 'The running tasks are not those of the deploy.',
    hint: 'Run the same command again. Another user changed the stack at the same time, or a node was lost.',
    exitCode: EXIT.needsPerson,
  },
}
