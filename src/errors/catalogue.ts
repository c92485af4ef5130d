import { accessFailures } from './access-failures.ts'
import { buildFailures } from './build-failures.ts'
import { diskFailures } from './disk-failures.ts'
import { envFailures } from './env-failures.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { frontFailures } from './front-failures.ts'
import { ownFailures } from './own-failures.ts'
import { registryFailures } from './registry-failures.ts'
import { releaseFailures } from './release-failures.ts'
import { repositoryFailures } from './repository-failures.ts'
import { setupFailures } from './setup-failures.ts'
import { severalHostsFailures } from './several-hosts-failures.ts'
import { swarmFailures } from './swarm-failures.ts'
import { surroundingFailures } from './surrounding-failures.ts'

type Entry = {
  /** The meaning of the code, for docs/errors.md. */
  title: string
  /** The next action, unless the place that throws has a better one. */
  hint: string
  exitCode: ExitCode
}

/** Every failure a user can see. Codes are permanent: a code is never renamed or used for another failure. */
export const catalogue = {
  USAGE: {
    title: 'The command line is invalid.',
    hint: 'Run `dray --help`.',
    exitCode: EXIT.usage,
  },
  CONFIG_MISSING: {
    title: 'The current directory has no dray.yml and no compose file.',
    hint: 'Change to the directory of your app, or name the file: `--config path/to/dray.yml`.',
    exitCode: EXIT.usage,
  },
  CONFIG_SYNTAX: {
    title: 'dray.yml is not valid YAML.',
    hint: 'Correct the line that is shown.',
    exitCode: EXIT.usage,
  },
  CONFIG_INVALID: {
    title: 'dray.yml has an unknown key or an invalid value.',
    hint: '`dray help dray.yml` lists every key.',
    exitCode: EXIT.usage,
  },
  ENVIRONMENT_UNKNOWN: {
    title: 'dray.yml has no environment with that name.',
    hint: 'Name an environment of dray.yml.',
    exitCode: EXIT.usage,
  },
  COMPOSE_MISSING: {
    title: 'A compose file does not exist.',
    hint: 'Create it, or change `compose:` in dray.yml.',
    exitCode: EXIT.usage,
  },
  COMPOSE_INVALID: {
    title: 'Docker Compose rejects the compose file.',
    hint: 'Correct the compose file. `docker compose config` shows the same message on your machine.',
    exitCode: EXIT.usage,
  },
  COMPOSE_PATH_OUTSIDE: {
    title: 'A file that the app needs is outside the directory of its compose file.',
    hint: 'Move the file beside the compose file, or mount it with an absolute path of the server.',
    exitCode: EXIT.usage,
  },
  IMAGE_INVALID: {
    title: 'An image reference is invalid.',
    hint: 'Use lower-case letters, digits, `.`, `_`, `-` and `/` in image names.',
    exitCode: EXIT.usage,
  },
  IMAGE_UNUSED: {
    title: 'An expected image is not used by any service.',
    hint: 'Use the image that CI pushes in the compose file: the same registry, owner and name.',
    exitCode: EXIT.usage,
  },
  TAG_UNKNOWN: {
    title: 'The tag to deploy is unknown.',
    hint: 'Name the tag: `--tag TAG`.',
    exitCode: EXIT.usage,
  },
  ENV_FILE_INVALID: {
    title: 'The file of deploy-time values is missing or invalid.',
    hint: 'Write one NAME=value per line.',
    exitCode: EXIT.usage,
  },
  SERVICE_UNKNOWN: {
    title: 'dray.yml names a service that the compose file does not have.',
    hint: 'Correct the name in dray.yml.',
    exitCode: EXIT.usage,
  },
  TASK_UNKNOWN: {
    title: 'dray.yml has no task with that name.',
    hint: 'Name a task of dray.yml: `dray task ENVIRONMENT` lists them.',
    exitCode: EXIT.usage,
  },
  HOST_UNREACHABLE: {
    title: 'The server does not answer over SSH.',
    hint: 'Try `ssh HOST true`, and check the address, the network and the firewall.',
    exitCode: EXIT.precondition,
  },
  HOST_KEY_CHANGED: {
    title: 'The host key of the server has changed.',
    hint: 'If the server was reinstalled, remove the old key with `ssh-keygen -R HOST`. If not, another machine may be intercepting the connection.',
    exitCode: EXIT.precondition,
  },
  HOST_KEY_UNKNOWN: {
    title: "The server's host key is not known on this machine.",
    hint: 'Connect once by hand and compare the fingerprint, or add the line of the server to known_hosts.',
    exitCode: EXIT.precondition,
  },
  HOST_AUTH_FAILED: {
    title: 'The server does not accept any of your SSH keys.',
    hint: 'Try `ssh HOST true`, and add your public key to the `authorized_keys` of that user.',
    exitCode: EXIT.precondition,
  },
  SSH_SECRET_INVALID: {
    title: 'A secret for SSH is empty or invalid.',
    hint: 'Check the secrets that DRAY_SSH_KEY and DRAY_SSH_KNOWN_HOSTS are set from.',
    exitCode: EXIT.precondition,
  },
  HOST_COMMAND_FAILED: {
    title: 'A command on the server failed.',
    hint: 'Read the output of the command, which is shown with this message.',
    exitCode: EXIT.precondition,
  },
  DOCKER_MISSING: {
    title: 'Docker is not installed on the server.',
    hint: 'Install Docker Engine and Compose: `dray setup ENVIRONMENT` on Debian and Ubuntu; for other systems see https://docs.docker.com/engine/install/',
    exitCode: EXIT.precondition,
  },
  DOCKER_DENIED: {
    title: 'The SSH user is not allowed to use Docker.',
    hint: 'On the server: `sudo usermod -aG docker USER`, then log in again.',
    exitCode: EXIT.precondition,
  },
  DOCKER_UNREACHABLE: {
    title: 'Docker Engine on the server does not answer.',
    hint: 'On the server: `sudo systemctl start docker`, and `journalctl -u docker` to see the reason.',
    exitCode: EXIT.precondition,
  },
  DOCKER_FAILED: {
    title: 'Docker Engine refused a request.',
    hint: 'Read the message above: it comes from Docker Engine.',
    exitCode: EXIT.failedOldServing,
  },
  DOCKER_TOO_OLD: {
    title: 'Docker Engine on the server is too old.',
    hint: 'Install Docker Engine 20.10 or newer on the server.',
    exitCode: EXIT.precondition,
  },
  COMPOSE_NOT_INSTALLED: {
    title: 'Docker Compose 2 is not installed on the server.',
    hint: 'Install the package `docker-compose-plugin` (Docker) or `docker-compose-v2` (Ubuntu) on the server.',
    exitCode: EXIT.precondition,
  },
  COMPOSE_TOO_OLD: {
    title: 'Docker Compose on the server is too old.',
    hint: 'Install Docker Compose 2.20 or newer on the server.',
    exitCode: EXIT.precondition,
  },
  PATH_NOT_WRITABLE: {
    title: "The app's directory on the server is missing or not writable.",
    hint: 'On the server: `sudo install -d -o USER PATH`.',
    exitCode: EXIT.precondition,
  },
  FILE_NOT_OURS: {
    title: 'A file to be replaced on the server was not written by dray.',
    hint: 'Read the file, then use `--adopt` to replace it. The old file is kept in `.dray/adopted/`.',
    exitCode: EXIT.precondition,
  },
  ...envFailures,
  EDITOR_FAILED: {
    title: 'The editor failed.',
    hint: 'The file is unchanged. Set EDITOR to a program with its options: `EDITOR=nano dray env …`.',
    exitCode: EXIT.precondition,
  },
  NOT_DEPLOYED: {
    title: 'The app is not deployed there yet.',
    hint: 'Deploy first: `dray deploy ENVIRONMENT`.',
    exitCode: EXIT.precondition,
  },
  SERVICE_NOT_RUNNING: {
    title: 'No container of the service is running.',
    hint: 'Read its log: `dray logs ENVIRONMENT SERVICE`.',
    exitCode: EXIT.precondition,
  },
  LOCK_HELD: {
    title: 'Another deploy or task of this app is running on the host.',
    hint: 'Wait for it to end, or add `--wait`.',
    exitCode: EXIT.precondition,
  },
  LOCK_LOST: {
    title: 'The connection that held the lock was lost.',
    hint: 'Look at `dray status ENVIRONMENT`: another person may have the lock now, or have deployed a newer release. If not, run the same command again: it checks what was done and completes it.',
    exitCode: EXIT.needsPerson,
  },
  ...severalHostsFailures,
  ...accessFailures,
  ...releaseFailures,
  ...repositoryFailures,
  ...buildFailures,
  ...setupFailures,
  ...ownFailures,
  ...registryFailures,
  ...diskFailures,
  ...frontFailures,
  PULL_FAILED: {
    title: 'An image could not be pulled.',
    hint: 'Run the same command again. Nothing was changed.',
    exitCode: EXIT.precondition,
  },
  TASK_FAILED: {
    title: 'A task of the app failed.',
    hint: 'Read its output above, correct the task and deploy again.',
    exitCode: EXIT.failedOldServing,
  },
  TASK_TIMED_OUT: {
    title: 'A task exceeded its timeout.',
    hint: 'Increase `timeout` in dray.yml or `--timeout`, or find out what the task waits for. Its container was removed.',
    exitCode: EXIT.failedOldServing,
  },
  HOOK_FAILED: {
    title: 'The `before` hook failed, so nothing was deployed.',
    hint: 'Read its output above, and correct the cause or the hook under `hooks:` in dray.yml. Nothing was changed.',
    exitCode: EXIT.precondition,
  },
  HOST_HOOK_FAILED: {
    title: 'A hook for a host failed.',
    hint: 'Read its output above, and correct the cause or the hook under `hooks:` in dray.yml. The deploy was undone.',
    exitCode: EXIT.failedOldServing,
  },
  ...surroundingFailures,
  ...swarmFailures,
  SERVICE_UNHEALTHY: {
    title: 'The new release did not become healthy.',
    hint: 'Read its last log lines above, correct the app and deploy again.',
    exitCode: EXIT.failedOldServing,
  },
  SERVICE_EXITED: {
    title: 'A container of the new release exited.',
    hint: 'Read its last log lines above, correct the app and deploy again.',
    exitCode: EXIT.failedOldServing,
  },
  HEALTHCHECK_BROKEN: {
    title: 'The health check of a service cannot run.',
    hint: 'Install the program in the image, or use one that the image has.',
    exitCode: EXIT.failedOldServing,
  },
  PROXY_CONFIG_INVALID: {
    title: 'The proxy rejects its new configuration.',
    hint: "Correct the file that the proxy's message names.",
    exitCode: EXIT.failedOldServing,
  },
  PROXY_FAILED: {
    title: 'The proxy could not switch traffic to the new containers.',
    hint: 'Read its last log lines above.',
    exitCode: EXIT.failedOldServing,
  },
  PROXY_UNKNOWN: {
    title: 'A proxy that dray.yml names is not there.',
    hint: 'Start it, or correct its name: `docker ps` on the server lists the names. dray knows nginx, HAProxy and Caddy, on a network that the app is on too.',
    exitCode: EXIT.precondition,
  },
  STILL_REACHED: {
    title: 'An old container still receives requests from outside the app.',
    hint: 'Let dray switch it: put the name of its container into `proxy.containers` in dray.yml. Or make it look names up again at run time (nginx: `resolver 127.0.0.11 valid=5s;` and a variable in `proxy_pass`).',
    exitCode: EXIT.failedOldServing,
  },
  URL_CHECK_FAILED: {
    title: 'The app does not answer at its URL.',
    hint: 'Check the logs of the app and the proxy, and the URL under `probe:` in dray.yml.',
    exitCode: EXIT.failedOldServing,
  },
  UI_PORT_TAKEN: {
    title: 'The port for `dray ui` cannot be used on this machine.',
    hint: 'Leave `--port` out: `dray ui` then takes a free port.',
    exitCode: EXIT.precondition,
  },
  UNDO_FAILED: {
    title: 'The deploy failed, and undoing it failed too.',
    hint: 'Check what is serving with `dray status ENVIRONMENT`, then run the last good deploy again.',
    exitCode: EXIT.needsPerson,
  },
  CANCELLED: {
    title: 'Cancelled.',
    hint: 'Run the same command again.',
    exitCode: EXIT.cancelled,
  },
  INTERNAL: {
    title: 'A bug in dray.',
    hint: 'Report it with the text below.',
    exitCode: EXIT.needsPerson,
  },
} satisfies Record<string, Entry>

export type ErrorCode = keyof typeof catalogue
