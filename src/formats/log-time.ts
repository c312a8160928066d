/** The time of the Common Log Format, `23/Jun/2026:02:52:48 +0000`, read from bytes. Lines of one minute share their
 *  first 17 bytes, so a parser that remembers the last minute reads only the seconds of most lines. */

const byteLength = 26
const monthLetters = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const digit = (byte: number | undefined): number => {
  const value = (byte ?? 0) - 48
  return value >= 0 && value <= 9 ? value : Number.NaN
}

/** Reads `dd/Mon/yyyy:HH:MM:SS ±hhmm` at a position; NaN where the bytes are not such a time. */
export class LogTimeParser {
  readonly #minute = new Uint8Array(17)
  readonly #zone = new Uint8Array(6)
  #minuteMs = Number.NaN

  /** Milliseconds since the epoch, or NaN. Reads 26 bytes from `at`. */
  parse(bytes: Uint8Array, at: number): number {
    if (at + byteLength > bytes.length) return Number.NaN
    if (!this.#sameMinute(bytes, at)) {
      this.#minuteMs = readMinute(bytes, at)
      this.#minute.set(bytes.subarray(at, at + 17))
      this.#zone.set(bytes.subarray(at + 20, at + byteLength))
    }
    const ones = (bytes[at + 19] as number) - 48
    const seconds = ((bytes[at + 18] as number) - 48) * 10 + ones
    // 60 is a leap second.
    const isTime = bytes[at + 17] === 58 && ones >= 0 && ones <= 9 && seconds >= 0 && seconds <= 60
    return isTime ? this.#minuteMs + seconds * 1000 : Number.NaN
  }

  #sameMinute(bytes: Uint8Array, at: number): boolean {
    const minute = this.#minute
    for (let i = 16; i >= 0; i--) if (bytes[at + i] !== minute[i]) return false
    const zone = this.#zone
    for (let i = 0; i < 6; i++) if (bytes[at + 20 + i] !== zone[i]) return false
    return true
  }
}

function readMinute(bytes: Uint8Array, at: number): number {
  if (bytes[at + 2] !== 47 || bytes[at + 6] !== 47 || bytes[at + 11] !== 58 || bytes[at + 14] !== 58) return Number.NaN
  if (bytes[at + 20] !== 32) return Number.NaN
  const number = (from: number, length: number): number => {
    let value = 0
    for (let i = 0; i < length; i++) value = value * 10 + digit(bytes[at + from + i])
    return value
  }
  const letters = String.fromCharCode(bytes[at + 3] as number, bytes[at + 4] as number, bytes[at + 5] as number)
  const month = monthLetters.indexOf(letters.toLowerCase())
  const sign = bytes[at + 21] === 45 ? -1 : bytes[at + 21] === 43 ? 1 : Number.NaN
  const day = number(0, 2)
  const hour = number(12, 2)
  const minute = number(15, 2)
  const zoneHours = number(22, 2)
  const zoneMinutes = number(24, 2)
  if (month < 0 || !(hour <= 23) || !(minute <= 59) || !(zoneHours <= 23) || !(zoneMinutes <= 59)) return Number.NaN
  const localMs = Date.UTC(number(7, 4), month, day, hour, minute)
  // 31 February would be the 3 March.
  if (new Date(localMs).getUTCDate() !== day) return Number.NaN
  return localMs - sign * (zoneHours * 60 + zoneMinutes) * 60_000
}
