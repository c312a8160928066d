/** Passwords: which are taken (NIST SP 800-63B: long, not common, not about the office; nothing about kinds of
 *  characters), how they are hashed (scrypt, RFC 7914) and compared. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { limits } from '../../core/limits.ts'
import firstGuesses from './first-guesses.json' with { type: 'json' }

/** Passwords that attackers try first, of those that are long enough. */
const common: ReadonlySet<string> = new Set(firstGuesses)

/** One form for one password, however a keyboard composes its letters (NIST SP 800-63B-4, 3.1.1.2). */
const normalise = (password: string): string => password.normalize('NFKC')
const bare = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')

/** The text is one short piece again and again, or runs through the alphabet, the digits or a row of keys. */
function isPattern(text: string): boolean {
  for (let period = 1; period <= 4; period++) {
    if (
      text ===
      text
        .slice(0, period)
        .repeat(Math.ceil(text.length / period))
        .slice(0, text.length)
    )
      return true
  }
  const rows = [
    'abcdefghijklmnopqrstuvwxyz',
    '01234567890123456789',
    'qwertyuiopasdfghjklzxcvbnm',
    '1qaz2wsx3edc4rfv5tgb6yhn',
  ]
  return rows.some((row) => row.includes(text) || [...row].reverse().join('').includes(text))
}

/** Why a new password is not taken, as a sentence; undefined where it is. `about` are the names that it must not lean on:
 *  the person's and the office's. */
export function refusePassword(password: string, about: readonly string[]): string | undefined {
  const length = [...normalise(password)].length
  if (length < limits.passwordCharactersMin) {
    return `A password needs at least ${limits.passwordCharactersMin} characters. A sentence that only you would think of is easy to keep in mind.`
  }
  if (length > limits.passwordCharactersMax) return `A password has at most ${limits.passwordCharactersMax} characters.`
  const plain = bare(password)
  const letters = plain.replace(/\d+$/, '')
  const forms = [normalise(password).toLowerCase(), plain, letters].filter((form) => form.length >= 4)
  if (forms.some((form) => common.has(form) || isPattern(form))) {
    return 'This password is one of those that attackers try first. Please think of another.'
  }
  let rest = plain
  for (const name of [...about, 'bellwether', 'election', 'password']) {
    for (const word of [bare(name), ...name.split(/\s+/).map(bare)])
      if (word.length >= 3) rest = rest.replaceAll(word, '')
  }
  if (rest.length < plain.length && rest.length < 8) {
    return 'This password is little more than a name that everybody here knows. Please think of another.'
  }
  return undefined
}

interface Cost {
  readonly costLog: number
  readonly blockSize: number
  readonly parallel: number
}
const cost: Cost = { costLog: limits.scryptCostLog, blockSize: 8, parallel: 1 }
const keyBytes = 32

const derive = (password: string, salt: Uint8Array, { costLog, blockSize, parallel }: Cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const options: ScryptOptions = {
      cost: 2 ** costLog,
      blockSize,
      parallelization: parallel,
      maxmem: 128 * 2 ** costLog * blockSize + 128 * blockSize * (parallel + 2) + 65_536,
    }
    scrypt(normalise(password), salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key)))
  })

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '')
const phcForm = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{8,86})\$([A-Za-z0-9+/]{43})$/

/** Checks and makes hashes, a few at a time: each takes 128 MiB and a third of a second, so that a crowd of strangers at
 *  the door could otherwise stop the desk. Who finds the queue full is told to come again. */
export class Passwords {
  #running = 0
  readonly #waiting: (() => void)[] = []
  /** Compared with where there is no account, so that an unknown name takes as long as a known one. */
  readonly #decoySalt = randomBytes(16)

  /** True while no further password can be taken in hand. */
  get isFull(): boolean {
    return this.#waiting.length >= limits.passwordChecksWaitingMax
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < limits.passwordChecksMax) this.#running++
    else await new Promise<void>((go) => this.#waiting.push(go))
    try {
      return await work()
    } finally {
      // Whoever waits takes over this place.
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }

  /** The hash to keep, in PHC text form. */
  hash(password: string): Promise<string> {
    return this.#inTurn(async () => {
      const salt = randomBytes(16)
      const key = await derive(password, salt, cost)
      return `$scrypt$ln=${cost.costLog},r=${cost.blockSize},p=${cost.parallel}$${base64(salt)}$${base64(key)}`
    })
  }

  /** True where the password is the one that was hashed. Without a hash it takes as long, and is false. */
  matches(password: string, hash: string | undefined): Promise<boolean> {
    return this.#inTurn(async () => {
      const found = hash === undefined ? null : phcForm.exec(hash)
      const [, costLog = '', blockSize = '', parallel = '', salt = '', key = ''] = found ?? []
      const asked = { costLog: Number(costLog), blockSize: Number(blockSize), parallel: Number(parallel) }
      const isSane =
        asked.costLog >= 1 && asked.costLog <= limits.scryptCostLogMax && asked.blockSize === 8 && asked.parallel === 1
      if (found === null || !isSane) {
        await derive(password, this.#decoySalt, cost)
        return false
      }
      return timingSafeEqual(await derive(password, Buffer.from(salt, 'base64'), asked), Buffer.from(key, 'base64'))
    })
  }
}
