import { inspect } from 'node:util'

/** A value that must not be printed: every conversion to text gives `[redacted]`. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value. Called only where it is sent to its destination. */
  reveal(): string {
    return this.#value
  }

  get isEmpty(): boolean {
    return this.#value === ''
  }

  /** The same without white space at its ends. */
  trim(): Secret {
    return new Secret(this.#value.trim())
  }

  toString(): string {
    return '[redacted]'
  }

  toJSON(): string {
    return '[redacted]'
  }

  [inspect.custom](): string {
    return '[redacted]'
  }
}
