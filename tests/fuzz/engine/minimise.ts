/** Makes a failing input short: takes pieces away, large ones first, as long as it still fails (delta debugging, Zeller
 *  and Hildebrandt 2002, reduced to its complements). */
import { Buffer } from 'node:buffer'

/** The shortest input found within the budget for which `fails` still holds. */
export async function minimise(
  input: Uint8Array,
  fails: (bytes: Uint8Array) => Promise<boolean>,
  { attemptsMax, budgetMs }: { readonly attemptsMax: number; readonly budgetMs: number },
): Promise<Uint8Array> {
  const endMs = Date.now() + budgetMs
  let best = input
  let attempts = 0
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    let at = 0
    while (at < best.length) {
      if (attempts >= attemptsMax || Date.now() > endMs) return best
      attempts++
      const shorter = new Uint8Array(Buffer.concat([best.subarray(0, at), best.subarray(at + size)]))
      if (await fails(shorter)) best = shorter
      else at += size
    }
  }
  return best
}
