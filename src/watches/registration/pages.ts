/** What the watch knows of the site: its pages, what they usually answer, and which of their parameters look like voter
 *  keys. A path segment that is a key itself (`/voter/200417`) is taken out of the page's name. */
import { limits } from '../../core/limits.ts'
import { Interner } from './interner.ts'
import { type LearnedShare, learnedShare } from './sequential-test.ts'
import { mayCarrySql } from './sqli/prefilter.ts'
import { isSignInPath, probedPath } from './tools.ts'

/** The usual sizes of a page's successful answers, from requests that nobody holds anything against. */
export interface SizeHistory {
  count: number
  bytesMax: number
  bytesMin: number
  /** How often each size came; at most `limits.pageSizesMax` sizes. */
  readonly seen: Map<number, number>
  /** The answer of `missBytes`, worked out anew every 64 answers. */
  miss: number
  missFor: number
}

/** See `enumeration.ts`: a parameter (or path segment) of a page whose values are voter keys. */
export interface Lookup {
  readonly id: number
  readonly page: string
  readonly part: string
  /** Hash of the parameter's name, 0 for the path. */
  readonly nameHash: number
  /** How many requests carried it, and how many of their values looked like a key. */
  requests: number
  count: number
  /** A sample of values, to tell a key from a constant. */
  readonly distinct: Set<number>
  readonly named: boolean
  /** Keys asked for last by anybody, newest last, for the page-wide test of order. */
  recent: { key: number; client: string }[]
  sequenceShare: LearnedShare
  bareShare: LearnedShare
  sequence: number
  bare: number
  lastAlarmMs: number
}

/** A page of the site: what it answered so far, and its look-ups. */
export interface Page {
  readonly id: number
  /** The path with key segments as `*`. */
  readonly name: string
  readonly signIn: boolean
  ok: number
  notFound: number
  refused: number
  failed: number
  readonly sizes: SizeHistory
  readonly lookups: Lookup[]
  /** Sign-in attempts: see `sign-in.ts`. */
  signInFailedShare: LearnedShare
  spray: number
  /** Event time at which the evidence of a spray began to grow. */
  spraySinceMs: number
  sprayLastMs: number
  sprayAddresses: Map<string, number>
}

/** What is known of one exact path. */
export interface Path {
  readonly text: string
  readonly page: Page
  readonly probed: 'no' | 'weakness' | 'secret'
  /** Where the key segment stands in the path; equal for none. */
  readonly keyStart: number
  readonly keyEnd: number
  /** True where the path itself may carry SQL. */
  readonly mayCarrySql: boolean
  /** True for style sheets, pictures and the like. */
  readonly asset: boolean
  firstMs: number
  served: number
  /** The client that last got an error for it, so that one client's repeats count once. */
  lastErrorClient: string
}

const assetEnding = /\.(?:css|js|mjs|map|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|eot|mp4|webmanifest)$/i

/** A path segment that is a key: all digits (two or more), a UUID, or a mix with at least four digits. */
export function isKeySegment(segment: string): boolean {
  if (/^\d{2,}$/.test(segment)) return true
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(segment)) return true
  return segment.length >= 5 && segment.length <= 40 && /^[A-Za-z0-9-]+$/.test(segment) && digitsIn(segment) >= 4
}

const digitsIn = (text: string): number => text.replace(/\D/g, '').length

/** The history of a page that has not answered yet. */
export const newSizes = (): SizeHistory => ({
  count: 0,
  bytesMax: 0,
  bytesMin: Number.POSITIVE_INFINITY,
  seen: new Map(),
  miss: -1,
  missFor: -1,
})

/** The size with which a page says "not found" although it answers 200: one that comes to the byte again and again,
 *  apart from the sizes of records, which vary with what they hold. -1 where no size stands out. */
export function missBytes(sizes: SizeHistory): number {
  if (sizes.missFor === sizes.count >> 6) return sizes.miss
  sizes.missFor = sizes.count >> 6
  sizes.miss = -1
  if (sizes.seen.size < missRules.otherSizesMin) return -1
  let most = missRules.countMin - 1
  for (const [bytes, count] of sizes.seen) {
    if (count <= most) continue
    const near = [...sizes.seen.keys()].some(
      (other) => other !== bytes && Math.abs(other - bytes) <= missRules.apartBytes,
    )
    if (near) continue
    most = count
    sizes.miss = bytes
  }
  return sizes.miss
}

const missRules = { countMin: 3, otherSizesMin: 6, apartBytes: 8 }

/** Adds one answer to a history. */
export function learnSize(sizes: SizeHistory, bytes: number): void {
  sizes.count++
  if (bytes > sizes.bytesMax) sizes.bytesMax = bytes
  if (bytes < sizes.bytesMin) sizes.bytesMin = bytes
  const count = sizes.seen.get(bytes)
  if (count !== undefined) sizes.seen.set(bytes, count + 1)
  else if (sizes.seen.size < limits.pageSizesMax) sizes.seen.set(bytes, 1)
}

/** The site's pages and paths. */
export class Site {
  #paths = new Interner(limits.pathsMax)
  #byPath: Path[] = []
  readonly #pages = new Map<string, Page>()
  readonly #lookupPages: ReadonlySet<string>
  #lookupCount = 0
  /** Pages ever made: a page that is forgotten leaves its number to no other. */
  #pageCount = 0
  /** How often the table of paths had to be emptied of those that nobody was served. */
  compactions = 0
  /** Size of the front page as served last; -1 before that. */
  frontBytes = -1

  constructor(lookupPages: readonly string[] = []) {
    this.#lookupPages = new Set(lookupPages)
  }

  /** The path that stands in these bytes (up to the query). `hash` is `hashSpan` of its first `limits.pathBytesMax`. */
  path(bytes: Uint8Array, start: number, end: number, hash: number, timeMs: number): Path {
    const pathEnd = Math.min(end, start + limits.pathBytesMax)
    let id = this.#paths.internHashed(bytes, start, pathEnd, hash)
    if (id < 0) {
      this.#compact()
      id = this.#paths.internHashed(bytes, start, pathEnd, hash)
    }
    const known = this.#byPath[id]
    if (known !== undefined) return known
    const path = this.#read(this.#paths.text(id), timeMs, mayCarrySql(bytes, start, end))
    this.#byPath[id] = path
    return path
  }

  #read(text: string, timeMs: number, carries: boolean): Path {
    const segments = text.split('/')
    let [keyStart, keyEnd, at] = [0, 0, 0]
    const name = segments
      .map((segment) => {
        const start = at
        at += segment.length + 1
        if (!isKeySegment(segment)) return segment
        keyStart = start
        keyEnd = start + segment.length
        return '*'
      })
      .join('/')
    return {
      text,
      page: this.page(name),
      probed: probedPath(text),
      keyStart,
      keyEnd,
      mayCarrySql: carries,
      asset: assetEnding.test(text),
      firstMs: timeMs,
      served: 0,
      lastErrorClient: '',
    }
  }

  page(name: string): Page {
    const known = this.#pages.get(name)
    if (known !== undefined) return known
    const page: Page = {
      id: this.#pageCount++,
      name,
      signIn: isSignInPath(name),
      ok: 0,
      notFound: 0,
      refused: 0,
      failed: 0,
      sizes: newSizes(),
      lookups: [],
      signInFailedShare: learnedShare(0.2, 20),
      spray: 0,
      spraySinceMs: 0,
      sprayLastMs: 0,
      sprayAddresses: new Map(),
    }
    this.#pages.set(name, page)
    return page
  }

  /** The look-up of a page by the hash of a parameter's name (0: the path). */
  findLookup(page: Page, nameHash: number): Lookup | undefined {
    for (const known of page.lookups) if (known.nameHash === nameHash) return known
    return undefined
  }

  addLookup(page: Page, nameHash: number, part: string): Lookup {
    const lookup: Lookup = {
      id: this.#lookupCount++,
      page: page.name,
      part,
      nameHash,
      requests: 0,
      count: 0,
      distinct: new Set(),
      named: this.#lookupPages.has(page.name),
      recent: [],
      sequenceShare: learnedShare(0.02, 200),
      bareShare: learnedShare(0.05, 100),
      sequence: 0,
      bare: 0,
      lastAlarmMs: Number.NEGATIVE_INFINITY,
    }
    page.lookups.push(lookup)
    return lookup
  }

  /** Forgets paths that were never served: a scanner's guesses. All go where that frees too little. */
  #compact(): void {
    let kept = this.#byPath.filter((path) => path.served > 0)
    if (kept.length > limits.pathsMax / 2) kept = kept.filter((path) => path.served > 2).slice(-limits.pathsMax / 2)
    this.#load(kept)
    const named = new Set(kept.map((path) => path.page.name))
    for (const [name, page] of this.#pages) if (!named.has(name) && page.ok === 0) this.#pages.delete(name)
    this.compactions++
  }

  #load(paths: readonly Path[]): void {
    this.#paths = Interner.restore(
      limits.pathsMax,
      paths.map((path) => path.text),
    )
    this.#byPath = [...paths]
  }

  save(): SavedSite {
    const pages = [...this.#pages.values()]
    const { frontBytes } = this
    return { paths: this.#byPath, pages, lookupCount: this.#lookupCount, pageCount: this.#pageCount, frontBytes }
  }

  /** Takes back what `save` gave; it must come from one structured clone so that paths and pages still share. */
  restore(saved: SavedSite): void {
    this.frontBytes = saved.frontBytes
    this.#pages.clear()
    for (const page of saved.pages) this.#pages.set(page.name, page)
    this.#load(saved.paths)
    this.#lookupCount = saved.lookupCount
    this.#pageCount = saved.pageCount
  }
}

interface SavedSite {
  readonly paths: readonly Path[]
  readonly pages: readonly Page[]
  readonly lookupCount: number
  readonly pageCount: number
  readonly frontBytes: number
}

/** A 32-bit hash (FNV-1a) for keys that must be told apart but not kept. */
export function hashKey(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let p = start; p < end; p++) hash = Math.imul(hash ^ (bytes[p] as number), 0x01000193)
  return hash
}

/** The number that the digits of a key make, or -1 for none or one beyond exact arithmetic. */
export function numberIn(bytes: Uint8Array, start: number, end: number): number {
  let number = 0
  let digits = 0
  for (let p = start; p < end; p++) {
    const digit = (bytes[p] as number) - 48
    if (digit < 0 || digit > 9) continue
    number = number * 10 + digit
    digits++
  }
  return digits === 0 || digits > 15 ? -1 : number
}
