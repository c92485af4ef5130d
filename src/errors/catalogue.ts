import { accessFailures } from './access-failures.ts'
import { buildFailures } from './build-failures.ts'
import { diskFailures } from './disk-failures.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { registryFailures } from './registry-failures.ts'
import { releaseFailures } from './release-failures.ts'
import { repositoryFailures } from './repository-failures.ts'
import { setupFailures } from './setup-failures.ts'

type Entry = {
  /** What the code means, for docs/errors.md. */
  title: string
  /** The next thing to do, where the place that throws knows nothing better. */
  hint: string
  exitCode: ExitCode
}

/** Every failure a user can meet. Codes are permanent: a code is never renamed or used for something else. */
export const catalogue = {
  USAGE: {
    title: 'The command line is not understood.',
    hint: 'See `dray --help`.',
    exitCode: EXIT.usage,
  },
  CONFIG_MISSING: {
    title: 'There is no dray.yml and no compose file here.',
    hint: 'Go to the directory of your app, or name the file: `--config path/to/dray.yml`.',
    exitCode: EXIT.usage,
  },
  CONFIG_SYNTAX: {
    title: 'dray.yml is not YAML.',
    hint: 'Mend the line that is shown.',
    exitCode: EXIT.usage,
  },
  CONFIG_INVALID: {
    title: 'dray.yml says something that dray does not understand.',
    hint: 'docs/configuration.md lists every key.',
    exitCode: EXIT.usage,
  },
  ENVIRONMENT_UNKNOWN: {
    title: 'dray.yml has no environment of that name.',
    hint: 'Name one that is in dray.yml.',
    exitCode: EXIT.usage,
  },
  COMPOSE_MISSING: {
    title: 'A compose file that is named is not there.',
    hint: 'Create it, or change `compose:` in dray.yml.',
    exitCode: EXIT.usage,
  },
  COMPOSE_INVALID: {
    title: 'Docker Compose refuses the compose file.',
    hint: 'Mend it; `docker compose config` says the same on your machine.',
    exitCode: EXIT.usage,
  },
  COMPOSE_PATH_OUTSIDE: {
    title: 'A file that the app needs lies outside the directory of its compose file.',
    hint: 'Move it beside the compose file, or mount it by an absolute path of the server.',
    exitCode: EXIT.usage,
  },
  IMAGE_INVALID: {
    title: 'An image reference is not one that a registry can hold.',
    hint: 'Image names are lower case: letters, digits, `.`, `_`, `-` and `/`.',
    exitCode: EXIT.usage,
  },
  IMAGE_UNUSED: {
    title: 'An image that was expected belongs to no service.',
    hint: 'Let the compose file run what CI pushes: the same registry, owner and name.',
    exitCode: EXIT.usage,
  },
  TAG_UNKNOWN: {
    title: 'dray cannot tell which tag to deploy.',
    hint: 'Name it: `--tag TAG`.',
    exitCode: EXIT.usage,
  },
  ENV_FILE_INVALID: {
    title: 'The file of deploy-time values cannot be read.',
    hint: 'It has one NAME=value a line.',
    exitCode: EXIT.usage,
  },
  SERVICE_UNKNOWN: {
    title: 'dray.yml names a service that the compose file does not have.',
    hint: 'Correct the name in dray.yml.',
    exitCode: EXIT.usage,
  },
  TASK_UNKNOWN: {
    title: 'dray.yml has no task of that name.',
    hint: 'Name one that is in dray.yml: `dray task ENVIRONMENT` lists them.',
    exitCode: EXIT.usage,
  },
  HOST_UNREACHABLE: {
    title: 'The server does not answer over SSH.',
    hint: 'Try `ssh HOST true` yourself; check the address, the network and the firewall.',
    exitCode: EXIT.precondition,
  },
  HOST_KEY_CHANGED: {
    title: 'The server shows another host key than the one that is known.',
    hint: 'If the server was reinstalled, remove the old key with `ssh-keygen -R HOST`. If not, somebody may be listening.',
    exitCode: EXIT.precondition,
  },
  HOST_KEY_UNKNOWN: {
    title: "The server's host key is not known on this machine.",
    hint: 'Connect once by hand and compare the fingerprint, or add its line to known_hosts.',
    exitCode: EXIT.precondition,
  },
  HOST_AUTH_FAILED: {
    title: 'The server accepts none of your SSH keys.',
    hint: 'Try `ssh HOST true` yourself; add your public key to the `authorized_keys` of that user.',
    exitCode: EXIT.precondition,
  },
  SSH_SECRET_INVALID: {
    title: 'A secret for SSH is empty, or not what it should be.',
    hint: 'Look at what DRAY_SSH_KEY and DRAY_SSH_KNOWN_HOSTS are set from.',
    exitCode: EXIT.precondition,
  },
  HOST_COMMAND_FAILED: {
    title: 'A command on the server failed.',
    hint: 'The output below is its own.',
    exitCode: EXIT.precondition,
  },
  DOCKER_MISSING: {
    title: 'There is no Docker on the server.',
    hint: 'Install Docker Engine and Compose: `dray setup ENVIRONMENT` does it on Debian and Ubuntu; for others see https://docs.docker.com/engine/install/',
    exitCode: EXIT.precondition,
  },
  DOCKER_DENIED: {
    title: 'The user may not use Docker.',
    hint: 'On the server: `sudo usermod -aG docker USER`, then log in anew.',
    exitCode: EXIT.precondition,
  },
  DOCKER_UNREACHABLE: {
    title: 'Docker Engine does not answer on the server.',
    hint: 'On the server: `sudo systemctl start docker`, and `journalctl -u docker` for the reason.',
    exitCode: EXIT.precondition,
  },
  DOCKER_FAILED: {
    title: 'Docker Engine refused a request.',
    hint: 'The message is its own.',
    exitCode: EXIT.failedOldServing,
  },
  DOCKER_TOO_OLD: {
    title: 'Docker Engine on the server is too old.',
    hint: 'dray needs Engine 20.10 or newer.',
    exitCode: EXIT.precondition,
  },
  COMPOSE_NOT_INSTALLED: {
    title: 'There is no Docker Compose 2 on the server.',
    hint: 'On the server: install the package `docker-compose-plugin` (Docker) or `docker-compose-v2` (Ubuntu).',
    exitCode: EXIT.precondition,
  },
  COMPOSE_TOO_OLD: {
    title: 'Docker Compose on the server is too old.',
    hint: 'dray needs Compose 2.20 or newer.',
    exitCode: EXIT.precondition,
  },
  PATH_NOT_WRITABLE: {
    title: "The app's directory on the server cannot be written.",
    hint: 'On the server: `sudo install -d -o USER PATH`.',
    exitCode: EXIT.precondition,
  },
  FILE_NOT_OURS: {
    title: 'A file that would be replaced on the server was not put there by dray.',
    hint: 'Look at what it says, then `--adopt` to replace it; the old one is kept in `.dray/adopted/`.',
    exitCode: EXIT.precondition,
  },
  ENV_MISSING: {
    title: "The server has no `.env` in the app's directory.",
    hint: 'Create it on the server, or with `dray env ENVIRONMENT set KEY`. An empty file will do if the app needs no secrets.',
    exitCode: EXIT.precondition,
  },
  ENV_UNREADABLE: {
    title: "The server's `.env` cannot be read or kept as it is.",
    hint: 'Look at it on the server: `ls -l .env`.',
    exitCode: EXIT.precondition,
  },
  ENV_CHANGED: {
    title: "The server's `.env` was changed by somebody else meanwhile.",
    hint: 'Run the same command again: it begins with what is there now.',
    exitCode: EXIT.precondition,
  },
  ENV_INVALID: {
    title: 'Compose cannot read this `.env`.',
    hint: 'It has one NAME=value a line; a quote that begins has to end.',
    exitCode: EXIT.precondition,
  },
  EDITOR_FAILED: {
    title: 'The editor failed.',
    hint: 'Nothing was written. EDITOR names the program, with its options: `EDITOR=nano dray env …`.',
    exitCode: EXIT.precondition,
  },
  NOT_DEPLOYED: {
    title: 'Nothing has been deployed there yet.',
    hint: 'Deploy first: `dray deploy ENVIRONMENT`.',
    exitCode: EXIT.precondition,
  },
  SERVICE_NOT_RUNNING: {
    title: 'No container of the service is running.',
    hint: 'Read its log: `dray logs ENVIRONMENT SERVICE`.',
    exitCode: EXIT.precondition,
  },
  LOCK_HELD: {
    title: 'Another deploy or task of this app is under way on the host.',
    hint: 'Wait for it, or let dray wait: `--wait`.',
    exitCode: EXIT.precondition,
  },
  LOCK_LOST: {
    title: 'The connection that held the lock broke.',
    hint: 'Run the same command again: it finds out what was done, and finishes it.',
    exitCode: EXIT.needsPerson,
  },
  ...accessFailures,
  ...releaseFailures,
  ...repositoryFailures,
  ...buildFailures,
  ...setupFailures,
  ...registryFailures,
  ...diskFailures,
  PULL_FAILED: {
    title: 'An image could not be pulled.',
    hint: 'Nothing was changed: run the same command again.',
    exitCode: EXIT.precondition,
  },
  TASK_FAILED: {
    title: 'A task of the app failed.',
    hint: 'Its output is above; mend it and deploy again.',
    exitCode: EXIT.failedOldServing,
  },
  TASK_TIMED_OUT: {
    title: 'A task of the app took longer than it may.',
    hint: 'Its container is gone. Give it more time, `timeout` in dray.yml or `--timeout`, or look at what it waits for.',
    exitCode: EXIT.failedOldServing,
  },
  HOOK_FAILED: {
    title: 'The hook before the deploy failed, so nothing was deployed.',
    hint: 'Nothing was touched. What it printed is above; mend that, or the hook under `hooks:` in dray.yml.',
    exitCode: EXIT.precondition,
  },
  PORT_TAKEN: {
    title: 'Something else on the server uses a port that the app publishes.',
    hint: 'On the server: `sudo ss -ltnp` shows what it is.',
    exitCode: EXIT.failedOldServing,
  },
  SERVICE_UNHEALTHY: {
    title: 'The new release did not become healthy.',
    hint: 'Its last log lines are above; mend it and deploy again.',
    exitCode: EXIT.failedOldServing,
  },
  SERVICE_EXITED: {
    title: 'A container of the new release stopped by itself.',
    hint: 'Its last log lines are above; mend it and deploy again.',
    exitCode: EXIT.failedOldServing,
  },
  HEALTHCHECK_BROKEN: {
    title: 'The health check of a service cannot run.',
    hint: 'Install the program in the image, or use one that is there.',
    exitCode: EXIT.failedOldServing,
  },
  PROXY_CONFIG_INVALID: {
    title: 'The proxy refuses its new configuration.',
    hint: "Mend the file that the proxy's message names.",
    exitCode: EXIT.failedOldServing,
  },
  PROXY_FAILED: {
    title: 'The proxy could not be turned to the new containers.',
    hint: 'Its last log lines are above.',
    exitCode: EXIT.failedOldServing,
  },
  URL_CHECK_FAILED: {
    title: 'The app does not answer at its URL with the new release.',
    hint: 'Look at the log of the app and the proxy, and at the URL under `probe:` in dray.yml.',
    exitCode: EXIT.failedOldServing,
  },
  UNDO_FAILED: {
    title: 'The deploy failed, and so did undoing it.',
    hint: 'Look at what is serving, then run the last good deploy again.',
    exitCode: EXIT.needsPerson,
  },
  CANCELLED: {
    title: 'Cancelled.',
    hint: 'Run the same command again when you like.',
    exitCode: EXIT.cancelled,
  },
  INTERNAL: {
    title: 'A defect of dray.',
    hint: 'Please report it with the text below.',
    exitCode: EXIT.needsPerson,
  },
} satisfies Record<string, Entry>

export type ErrorCode = keyof typeof catalogue
