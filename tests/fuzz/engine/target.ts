/** What a file of tests/fuzz/ offers to `npm run fuzz`: things that take any bytes and must neither throw, nor hang, nor
 *  keep memory. */

/** One thing to fuzz. */
export interface FuzzTarget {
  /** Unique, for example `formats/combined`. */
  readonly name: string
  /** Reads the bytes as the product would. A throw is a failure; so is more than a second, and memory that stays. */
  run(bytes: Uint8Array): void
  /** Good input to start from; without it, inputs grow from nothing. */
  readonly seeds?: readonly Uint8Array[]
}

/** Loads the targets of one module, or none where it exports none. */
export async function loadTargets(url: string): Promise<readonly FuzzTarget[]> {
  const module = (await import(url)) as { fuzzTargets?: readonly FuzzTarget[] }
  return module.fuzzTargets ?? []
}
