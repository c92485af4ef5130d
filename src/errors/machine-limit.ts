import { DrayError } from './dray-error.ts'

/**
 * The failure of a system call at a limit of this machine, as an error for users: OPEN_FILE_LIMIT, or PROCESS_LIMIT for a program that
 * was not started. Undefined for any other error.
 */
export function readMachineLimit(error: unknown): DrayError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, syscall = 'open' } = error as NodeJS.ErrnoException
  // https://man7.org/linux/man-pages/man2/open.2.html: the limit of the process, and of the machine.
  if (code === 'EMFILE' || code === 'ENFILE') return fileLimitReached(code, syscall, error)
  // https://man7.org/linux/man-pages/man2/fork.2.html: the limit of the user, of the service or container, and of memory.
  if ((code !== 'EAGAIN' && code !== 'ENOMEM') || !syscall.startsWith('spawn')) return undefined
  return new DrayError(
    'PROCESS_LIMIT',
    `This machine starts no more programs for dray (${code} in ${syscall}).`,
    {
      cause: error,
      ...(code === 'ENOMEM' && {
        hint: 'Memory is short on the machine that runs dray: close other programs.',
      }),
    },
  )
}

/** The error for users; `what` is what could not be done. */
export function fileLimitReached(code: 'EMFILE' | 'ENFILE', what: string, cause?: Error): DrayError {
  const whom = code === 'EMFILE' ? 'dray' : 'its programs'
  const message = `This machine lets ${whom} open no more files and connections (${code} in ${what}).`
  return new DrayError('OPEN_FILE_LIMIT', message, { cause })
}
