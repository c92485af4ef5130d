import { EXIT } from './exit-code.ts'

/** Failures with dray's own versions, its executable and its process; part of the catalogue. */
export const ownFailures = {
  NEWEST_UNKNOWN: {
    title: 'The newest version of dray could not be determined.',
    hint: 'Check the network and run the same command again. `DRAY_VERSION_URL` names a mirror.',
    exitCode: EXIT.precondition,
  },
  OPEN_FILE_LIMIT: {
    title: 'The machine that runs dray allows too few open files and connections.',
    hint: 'Raise the limit: `ulimit -n 4096` as root, or `LimitNOFILE=` of the service that runs dray. Or close other programs.',
    exitCode: EXIT.precondition,
  },
  PROCESS_LIMIT: {
    title: 'The machine that runs dray starts no more programs.',
    hint: 'Raise the limit: `ulimit -u` has that of the user, `TasksMax=` that of a service, `--pids-limit` that of a container. Or close other programs.',
    exitCode: EXIT.precondition,
  },
  UPGRADE_UNSUITED: {
    title: '`dray upgrade` replaces only the single executable.',
    hint: 'docs/upgrade.md has the command for every way to install dray.',
    exitCode: EXIT.precondition,
  },
  UPGRADE_UNVERIFIED: {
    title: 'A downloaded file of dray does not match its signature or its checksum.',
    hint: 'Run the same command again. If that does not help, report it: the file may have been replaced by an attacker.',
    exitCode: EXIT.precondition,
  },
  UPGRADE_FAILED: {
    title: 'The executable of dray could not be downloaded or replaced.',
    hint: 'Correct the cause above and run the same command again. The present executable still works.',
    exitCode: EXIT.precondition,
  },
}
