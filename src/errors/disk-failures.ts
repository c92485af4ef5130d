import { EXIT } from './exit-code.ts'

/** Failures with the room on a host's disk; part of the catalogue. */
export const diskFailures = {
  DISK_FULL: {
    title: 'The disk of the server is full.',
    hint: 'Free some room on the server: `dray disk ENVIRONMENT` shows what takes it, `dray clean ENVIRONMENT` removes what nobody needs.',
    exitCode: EXIT.precondition,
  },
  DISK_SHORT: {
    title: 'There is not enough room on the server for the new images.',
    hint: 'Make room by one of these, and run the same command again: `dray disk ENVIRONMENT` shows more of what there is.',
    exitCode: EXIT.precondition,
  },
  DISK_SWEEP_REFUSED: {
    title: 'The sweep that dray.yml asks for would delete a volume that has a name.',
    hint: 'Name the volume under `disk.expendable`, or leave `disk.sweep: aggressive` out.',
    exitCode: EXIT.precondition,
  },
}
