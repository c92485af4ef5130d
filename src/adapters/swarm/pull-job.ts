import type { Secret } from '../../shared/secrets/secret.ts'
import { LONGEST_NAME } from '../../shared/stack-obstacles.ts'
import { STACK_LABEL } from './read-cluster.ts'

/**
 * A job that makes every active node pull an image. What it runs is Docker's own init, which `Init` mounts in the container, and
 * which only prints its version: nothing of the image runs, and the image needs no shell. Where an Engine has no init, the
 * container is created and does not start; the image is there all the same.
 */
export function pullJob({ stack, name, image }: { stack: string; name: string; image: string }) {
  return {
    Name: `${stack.slice(0, LONGEST_NAME - 1 - name.length)}_${name}`,
    Labels: { [PULL_LABEL]: stack },
    TaskTemplate: {
      ContainerSpec: {
        Image: image,
        Init: true,
        Command: ['/sbin/docker-init', '--version'],
        Labels: { [PULL_LABEL]: stack },
      },
      RestartPolicy: { Condition: 'none' },
    },
    Mode: { GlobalJob: {} },
  }
}

/** The label of a pull job: it is no service of the stack, so that `docker stack services` does not show it. */
export const PULL_LABEL = `dray.pull.${STACK_LABEL}`

/**
 * A token of the registry's token service as Engine API, "Authentication", takes it. Swarm stores what it gets here in its log
 * (encrypted) and sends it to the nodes: so it gets no password, but a token for one repository that expires in minutes.
 */
export function renderPullToken(image: string, token: Secret): string {
  const serveraddress = image.slice(0, Math.max(0, image.indexOf('/')))
  const auth = JSON.stringify({ serveraddress, registrytoken: token.reveal() })
  return Buffer.from(auth, 'utf8').toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}
