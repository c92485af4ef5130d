import { EXIT } from './exit-code.ts'

/** Failures with the disk space of a host; part of the catalogue. */
export const diskFailures = {
  DISK_FULL: {
    title: 'The disk of the server is full.',
    hint: 'Free disk space on the server: `dray disk ENVIRONMENT` shows what uses it, `dray clean ENVIRONMENT` removes unused Docker data.',
    exitCode: EXIT.precondition,
  },
  DISK_SHORT: {
    title: 'The server has not enough disk space for the new images.',
    hint: 'Free disk space, for example with a command above, and run the same command again. `dray disk ENVIRONMENT` shows what uses it.',
    exitCode: EXIT.precondition,
  },
  DISK_SWEEP_REFUSED: {
    title: 'The sweep that dray.yml configures would delete a named volume.',
    hint: 'Add the volume to `disk.expendable`, or remove `disk.sweep: aggressive`.',
    exitCode: EXIT.precondition,
  },
}
