import { EXIT } from './exit-code.ts'

/** Failures with the server's `.env`; part of the catalogue. */
export const envFailures = {
  ENV_MISSING: {
    title: "The app's directory on the server has no `.env`.",
    hint: 'Create it on the server, or with `dray env ENVIRONMENT set KEY`. An empty file is enough if the app needs no secrets.',
    exitCode: EXIT.precondition,
  },
  ENV_UNREADABLE: {
    title: "The server's `.env` cannot be read or preserved.",
    hint: 'Check the file on the server: `ls -l .env`.',
    exitCode: EXIT.precondition,
  },
  ENV_CHANGED: {
    title: "The server's `.env` was changed at the same time by another user.",
    hint: 'Run the same command again: it starts with the current file.',
    exitCode: EXIT.precondition,
  },
  ENV_INVALID: {
    title: 'Compose cannot read this `.env`.',
    hint: 'Write one NAME=value per line, and close every quote.',
    exitCode: EXIT.precondition,
  },
  COMPOSE_FILE_SET: {
    title: "The server's `.env` selects other compose files.",
    hint: 'Remove it: `dray env ENVIRONMENT unset COMPOSE_FILE`. To deploy several files, name them in dray.yml: `compose: [docker-compose.yml, docker-compose.extra.yml]`.',
    exitCode: EXIT.precondition,
  },
  ENV_NEEDED: {
    title: 'Variables that the app needs would be removed from `.env`.',
    hint: 'Keep them, run the command on a terminal and confirm, or remove them by name first: `dray env ENVIRONMENT unset NAME --yes`.',
    exitCode: EXIT.precondition,
  },
  ENV_DIFFERS: {
    title: 'A change of `.env` was written on some of the hosts only.',
    hint: 'Run the same command again when all hosts answer: every host then has the new values.',
    exitCode: EXIT.needsPerson,
  },
  ENV_COPY_UNKNOWN: {
    title: 'There is no such copy of `.env` on the server.',
    hint: 'Copies are made by `dray env`, next to `.env`. `ls -l .env.before-*` on the server lists them.',
    exitCode: EXIT.precondition,
  },
}
