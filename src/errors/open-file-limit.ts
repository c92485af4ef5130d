import { DrayError } from './dray-error.ts'

/** The failure of a system call for want of file descriptors, as an error for users; undefined for any other error. */
export function readFileLimitFailure(error: unknown): DrayError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, syscall = 'open' } = error as NodeJS.ErrnoException
  // https://man7.org/linux/man-pages/man2/open.2.html: the limit of the process, and of the machine.
  return code === 'EMFILE' || code === 'ENFILE' ? fileLimitReached(code, syscall, error) : undefined
}

/** The error for users; `what` is what could not be done. */
export function fileLimitReached(code: 'EMFILE' | 'ENFILE', what: string, cause?: Error): DrayError {
  const whom = code === 'EMFILE' ? 'dray' : 'its programs'
  const message = `This machine lets ${whom} open no more files and connections (${code} in ${what}).`
  return new DrayError('OPEN_FILE_LIMIT', message, { cause })
}
