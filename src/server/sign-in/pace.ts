/** How often somebody may try to sign in. Each failure doubles the wait of that address, and of that address for that
 *  name. A browser that signed in to the account before is counted by itself, so that nobody locks a person out by
 *  guessing at their name, not even from the same router. */
import { isIPv6 } from 'node:net'
import { limits } from '../../core/limits.ts'

interface Track {
  failures: number
  lastMs: number
  openMs: number
}

/** One address for IPv4; for IPv6 the /64 that one customer is given (RFC 6177). */
export function addressKey(address: string): string {
  const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const filled =
    tail === undefined
      ? left
      : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return `${filled
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

/** Who tries: a browser that has signed in to this account before, or else whoever comes from an address. */
export type Comer =
  | { readonly by: 'device'; readonly device: string }
  | { readonly by: 'address'; readonly address: string }

interface Rule {
  readonly key: string
  readonly free: number
  readonly waitMs: number
}

function rulesFor(name: string, comer: Comer): readonly Rule[] {
  const { signInFreeFailuresMax: free, signInWaitMsMax: waitMs } = limits
  const plainName = name.normalize('NFKC').toLowerCase().slice(0, 60)
  if (comer.by === 'device') return [{ key: `device ${comer.device} ${plainName}`, free, waitMs }]
  const from = addressKey(comer.address)
  return [
    { key: from, free: limits.addressFreeFailuresMax, waitMs: limits.addressWaitMsMax },
    { key: `${from} ${plainName}`, free, waitMs },
  ]
}

/** Failed sign-ins by address, and by name and address. Memory is bounded: the longest unused make room. */
export class SignInPace {
  readonly #tracks = new Map<string, Track>()

  #track(key: string, nowMs: number): Track | undefined {
    const track = this.#tracks.get(key)
    if (track !== undefined && nowMs - track.lastMs > limits.signInTrackMsMax) {
      this.#tracks.delete(key)
      return undefined
    }
    return track
  }

  /** How long to wait before the next try, milliseconds; 0 where it may be tried now. */
  waitMs(name: string, comer: Comer, nowMs: number): number {
    const opens = rulesFor(name, comer).map(({ key }) => this.#track(key, nowMs)?.openMs ?? 0)
    return Math.max(0, Math.max(...opens) - nowMs)
  }

  /** Counts a try as failed. Called before the password is looked at, so that tries at the same time count too. */
  failed(name: string, comer: Comer, nowMs: number): number {
    let failures = 0
    for (const { key, free, waitMs } of rulesFor(name, comer)) {
      const track = this.#track(key, nowMs) ?? { failures: 0, lastMs: nowMs, openMs: 0 }
      track.failures++
      track.lastMs = nowMs
      const over = track.failures - free
      if (over > 0) track.openMs = nowMs + Math.min(waitMs, 1000 * 2 ** Math.min(over - 1, 20))
      this.#tracks.delete(key)
      this.#tracks.set(key, track)
      failures = track.failures
    }
    if (this.#tracks.size > limits.signInTracksMax) this.#makeRoom()
    return failures
  }

  /** Lets the longest unused tenth go at once: one by one, a map would be searched from its beginning each time. */
  #makeRoom(): void {
    const kept = Math.floor(limits.signInTracksMax * 0.9)
    for (const key of this.#tracks.keys()) {
      if (this.#tracks.size <= kept) break
      this.#tracks.delete(key)
    }
  }

  /** Forgets what was counted for the name, and takes back the try that was counted for the address. */
  succeeded(name: string, comer: Comer): void {
    const rules = rulesFor(name, comer)
    this.#tracks.delete(rules.at(-1)?.key ?? '')
    const track = rules.length > 1 ? this.#tracks.get(rules[0]?.key ?? '') : undefined
    if (track === undefined) return
    track.failures--
    track.openMs = 0
  }
}
