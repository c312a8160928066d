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
    if (!this.#sameMinute(bytes, at)) {
      this.#minuteMs = readMinute(bytes, at)
      this.#minute.set(bytes.subarray(at, at + 17))
      this.#zone.set(bytes.subarray(at + 20, at + byteLength))
    }
    const seconds = ((bytes[at + 18] as number) - 48) * 10 + ((bytes[at + 19] as number) - 48)
    return bytes[at + 17] === 58 && seconds >= 0 && seconds <= 60 ? this.#minuteMs + seconds * 1000 : Number.NaN
  }

  #sameMinute(bytes: Uint8Array, at: number): boolean {
    if (at + byteLength > bytes.length) return false
    const minute = this.#minute
    for (let i = 16; i >= 0; i--) if (bytes[at + i] !== minute[i]) return false
    const zone = this.#zone
    for (let i = 0; i < 6; i++) if (bytes[at + 20 + i] !== zone[i]) return false
    return true
  }
}

function readMinute(bytes: Uint8Array, at: number): number {
  if (at + byteLength > bytes.length) return Number.NaN
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
  const zoneMinutes = sign * (number(22, 2) * 60 + number(24, 2))
  if (month < 0 || !(day >= 1 && day <= 31) || !(hour <= 23) || !(minute <= 59)) return Number.NaN
  return Date.UTC(number(7, 4), month, day, hour, minute) - zoneMinutes * 60_000
}
