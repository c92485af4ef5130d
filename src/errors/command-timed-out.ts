import { DrayError, type ErrorOptions } from './dray-error.ts'

/** A command did not end within its time limit. Other failures of a command have the same code, but another class. */
export class CommandTimedOut extends DrayError {
  constructor(message: string, options: ErrorOptions = {}) {
    super('HOST_COMMAND_FAILED', message, options)
  }
}
