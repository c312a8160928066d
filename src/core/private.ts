/** Voter data is `Private<T>` from the moment it is parsed: it prints, logs, inspects and serialises as a redaction.
 *  Only code that calls `reveal` sees the value, and lint keeps that call inside the roll watch. */

const redaction = '[private]'

export class Private<T> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The value itself. A call is a decision: see SECURITY.md for where it may stand. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return redaction
  }

  toJSON(): string {
    return redaction
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return redaction
  }
}
