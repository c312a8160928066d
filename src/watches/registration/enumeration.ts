/** Enumeration: somebody walks through voter keys on a page that shows a voter's record, without one odd character
 *  (AA20-304A, 2020). Three sequential tests: one visitor asking for neighbouring keys; one visitor asking for key after
 *  key and for nothing else; and the page as a whole, where many visitors each do a little of it. What is ordinary is
 *  learned from the page's own history. Keys that are not in the log (a POST body) cannot be seen here. */
import type { Exposed, Outcome } from '../../core/finding.ts'
import { limits } from '../../core/limits.ts'
import { type Client, keep, type WalkState } from './clients.ts'
import { type Lookup, missBytes } from './pages.ts'
import { type Claim, type Emit, hitOf, hitOfKept, isServed, keptRecord, type Seen } from './seen.ts'
import { alarmAt, type BinaryTest, binaryTest, learn, shareOf, weigh } from './sequential-test.ts'

/** Neighbouring keys in a row. Staff look up households, whose keys often follow each other in runs: some six of ten
 *  may be neighbours; an account that is signed in is given more room still. */
const neighbours = { visitor: binaryTest(0.6, 0.97), staff: binaryTest(0.85, 0.99) }
/** Look-ups of a new key with no other page in between. A visitor looks up a household and goes on. */
const bareWalk = { visitor: binaryTest(0.75, 0.98), withReferer: binaryTest(0.95, 0.985) }
/** Two keys are neighbours up to this distance: walkers run several threads and skip. */
const neighbourDistance = 3
/** How many of the last keys a new one is compared with. */
const recentKeys = { client: 8, page: 16 }
/** A client that was served another page within this time is a visitor of the site, not a bare look-up. */
const visitMs = 30 * 60_000
const signedInMs = 14 * 3_600_000
/** For the page as a whole, a client's bare look-ups count from the third key on: a direct link to one's own record
 *  (and that of one's household) is ordinary. */
const participantKeysMin = 3
/** How long a page-wide alarm keeps flagging those who take part, after the last evidence. */
const pageAlarmMs = 6 * 3_600_000
/** When a parameter counts as a voter key: enough values, nearly all like keys, and not the same few again and again. */
const lookupLearned = { countMin: 12, keyLikeShare: 0.8, distinctShare: 0.4 }

/** True for a value that looks like a key: 4 to 40 letters, digits and dashes with at least four digits. */
export function looksLikeKey(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 4 || end - start > 40) return false
  let digits = 0
  for (let p = start; p < end; p++) {
    const code = bytes[p] as number
    if (code >= 48 && code <= 57) digits++
    else if (!((code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 45 || code === 95)) return false
  }
  return digits >= 4
}

/** A voter key as the tests see it. */
export interface Key {
  readonly hash: number
  /** The number in it, -1 for none. */
  readonly number: number
}

/** Learns whether a part of a page holds voter keys; true once it is known to. */
function isLookup(lookup: Lookup, hash: number): boolean {
  lookup.count++
  if (lookup.distinct.size < lookupLearned.countMin * 16) lookup.distinct.add(hash)
  if (lookup.named) return true
  const { countMin, keyLikeShare, distinctShare } = lookupLearned
  return (
    lookup.count >= countMin &&
    lookup.count >= lookup.requests * keyLikeShare &&
    lookup.distinct.size >= Math.min(lookup.count, countMin * 16) * distinctShare
  )
}

/** Looks at one key of one request. `referred`: the request came from a page of the site, by its own word. */
export function observeLookup(seen: Seen, lookup: Lookup, key: Key, referred: boolean, emit: Emit): void {
  const { hash } = key
  const known = isLookup(lookup, hash)
  const { client, timeMs } = seen
  if (client.known) return
  const walk = walkOf(client, lookup, timeMs)
  if (timeMs - walk.lastMs > pageAlarmMs) beginAnew(walk)
  const isNew = !walk.keys.has(hash)
  if (isNew) {
    walk.visitKeys++
    if (walk.keys.size < limits.clientKeysMax) walk.keys.add(hash)
  }
  if (!known) {
    if (isNew) rememberKey(walk, seen, lookup, key)
    return
  }
  if (isNew) weighWalk(seen, lookup, walk, key, referred)
  const alone = walk.sequence >= alarmAt || walk.bare >= alarmAt
  const together = isNew && weighPage(seen, lookup, walk, key)
  report(seen, lookup, walk, key, alone, together, isNew, emit)
  walk.lastMs = timeMs
}

function walkOf(client: Client, lookup: Lookup, timeMs: number): WalkState {
  client.walks ??= []
  const walks = client.walks
  const known = walks.find((walk) => walk.lookup === lookup.id)
  if (known !== undefined) return known
  const walk: WalkState = {
    lookup: lookup.id,
    keys: new Set(),
    visitKeys: 0,
    recent: [],
    sequence: 0,
    bare: 0,
    lastMs: timeMs,
    alarmed: false,
    kept: [],
    shownKeys: [],
  }
  walks.push(walk)
  return walk
}

/** After a long silence the visitor is judged anew: addresses change hands. */
function beginAnew(walk: WalkState): void {
  walk.visitKeys = 0
  walk.sequence = 0
  walk.bare = 0
  walk.alarmed = false
  walk.shownKeys = []
}

const isSignedIn = (client: Client, timeMs: number): boolean =>
  client.signedInMs > 0 && timeMs - client.signedInMs < signedInMs && client.guess?.alarmed !== true

const isNeighbour = (number: number, others: readonly number[]): boolean =>
  number >= 0 && others.some((other) => other !== number && Math.abs(other - number) <= neighbourDistance)

/** The two tests of one visitor. */
function weighWalk(seen: Seen, lookup: Lookup, walk: WalkState, key: Key, referred: boolean): void {
  const { client, timeMs } = seen
  const staff = isSignedIn(client, timeMs)
  const { number } = key
  const test = staff ? neighbours.staff : neighbours.visitor
  walk.sequence = weigh(walk.sequence, ratio(test, isNeighbour(number, walk.recent)))
  walk.recent.push(number)
  if (walk.recent.length > recentKeys.client) walk.recent.shift()
  const gapMs = timeMs - walk.lastMs
  const bare = client.lastPageMs < walk.lastMs || (walk.keys.size === 1 && isBare(client, timeMs))
  if (staff) {
    // Somebody who is signed in looks up voters as work; only a pace that no person keeps is held against it.
    walk.bare = weigh(walk.bare, gapMs < 1000 ? 0.2 : -0.4)
    return
  }
  const paced = gapMs < 3000 ? 0.3 : gapMs > 60_000 ? -0.12 : 0
  // A referer that names a page which the client was never served is made up.
  const believed = referred && !isBare(client, timeMs)
  walk.bare = weigh(walk.bare, ratio(believed ? bareWalk.withReferer : bareWalk.visitor, bare) + (bare ? paced : 0))
  if (lookup.named && bare) walk.bare = weigh(walk.bare, 0.05)
}

const isBare = (client: Client, timeMs: number): boolean => timeMs - client.lastPageMs > visitMs

const ratio = (test: BinaryTest, seen: boolean): number => (seen ? test.seen : test.unseen)

/** The page as a whole: are look-ups by visitors who are not signed in ordered, or bare, more often than is ordinary
 *  here? True while the page is under such a walk and this client takes part. */
function weighPage(seen: Seen, lookup: Lookup, walk: WalkState, key: Key): boolean {
  const { client, timeMs } = seen
  if (isSignedIn(client, timeMs)) return false
  const { number } = key
  const ordered =
    number >= 0 &&
    lookup.recent.some(
      (other) =>
        other.client !== client.address && other.key !== number && Math.abs(other.key - number) <= neighbourDistance,
    )
  // One client's look-ups in a row are for the tests of one visitor; here each counts for a client that was not just here.
  const another = !lookup.recent.some((other) => other.client === client.address)
  lookup.recent.push({ key: number, client: client.address })
  if (lookup.recent.length > recentKeys.page) lookup.recent.shift()
  const bare = walk.visitKeys >= participantKeysMin && isBare(client, timeMs)
  if (lookup.lastAlarmMs > 0 && timeMs - lookup.lastAlarmMs > pageAlarmMs) {
    // A walk that ended: the page is judged anew.
    lookup.lastAlarmMs = Number.NEGATIVE_INFINITY
    lookup.sequence = 0
    lookup.bare = 0
  }
  lookup.sequence = Math.min(alarmAt * 1.5, weigh(lookup.sequence, ratio(pageTest(lookup.sequenceShare), ordered)))
  if (another) lookup.bare = Math.min(alarmAt * 1.5, weigh(lookup.bare, ratio(pageTest(lookup.bareShare), bare)))
  const alarmed = lookup.sequence >= alarmAt || lookup.bare >= alarmAt
  if (alarmed) lookup.lastAlarmMs = timeMs
  else if (lookup.sequence < alarmAt / 2 && lookup.bare < alarmAt / 2) {
    learn(lookup.sequenceShare, ordered)
    if (another) learn(lookup.bareShare, bare)
  }
  return timeMs - lookup.lastAlarmMs < pageAlarmMs && walk.visitKeys >= participantKeysMin && isBare(client, timeMs)
}

function pageTest(share: Parameters<typeof shareOf>[0]): BinaryTest {
  const ordinary = Math.min(0.4, Math.max(0.03, shareOf(share) * 1.5))
  return binaryTest(ordinary, 0.7)
}

function rememberKey(walk: WalkState, seen: Seen, lookup: Lookup, key: Key): void {
  keep(walk.kept, keptRecord(seen, lookup.part))
  if (showsRecord(seen) && walk.shownKeys.length < limits.clientKeysMax) walk.shownKeys.push(key.hash)
  walk.recent.push(key.number)
  if (walk.recent.length > recentKeys.client) walk.recent.shift()
}

function report(
  seen: Seen,
  lookup: Lookup,
  walk: WalkState,
  key: Key,
  alone: boolean,
  together: boolean,
  isNew: boolean,
  emit: Emit,
): void {
  const { client } = seen
  if (!walk.alarmed && !alone && !together) {
    if (isNew) rememberKey(walk, seen, lookup, key)
    return
  }
  const exposes: Exposed[] = []
  if (!walk.alarmed) {
    walk.alarmed = true
    const before = claimOf(lookup, walk, alone, 'attempt', [])
    for (const kept of walk.kept) emit(hitOfKept(kept, client, seen.timeMs, before))
    for (const shown of walk.shownKeys) exposes.push({ by: 'key', page: lookup.page, key: shown, certain: false })
    walk.kept = []
    walk.shownKeys = []
  }
  const shown = showsRecord(seen)
  if (shown) exposes.push({ by: 'key', page: lookup.page, key: key.hash, certain: isCertain(seen) })
  emit(hitOf(seen, claimOf(lookup, walk, alone || !together, shown ? 'success' : 'attempt', exposes)))
}

/** An answer that shows a record, unless it is the page's "not found". */
export function showsRecord(seen: Seen): boolean {
  return isServed(seen.status) && seen.bodyBytes !== missBytes(seen.path.page.sizes)
}

/** An answer that is certainly a record: it is known how the page says "not found", and this is not it; or its answers
 *  differ from key to key, as records do. */
function isCertain(seen: Seen): boolean {
  const page = seen.path.page
  const { sizes } = page
  if (seen.status !== 200) return false
  if (page.notFound > 0 || missBytes(sizes) >= 0) return true
  return sizes.seen.size >= variedSizesMin && (sizes.seen.get(seen.bodyBytes) ?? 0) < sizes.count / 2
}

const variedSizesMin = 8

function claimOf(
  lookup: Lookup,
  walk: WalkState,
  alone: boolean,
  outcome: Outcome,
  exposes: readonly Exposed[],
): Claim {
  const ordered = walk.sequence >= walk.bare
  const claim: Claim = {
    kind: 'enumeration',
    rule: alone
      ? `registration/enumeration/${ordered ? 'in-order' : 'one-visitor'}`
      : 'registration/enumeration/many-visitors',
    level: 'high',
    confidence: alone ? 0.95 : 0.85,
    target: lookup.page,
    part: lookup.part,
    outcome,
    shape: `walk ${lookup.page} ${lookup.part}`,
  }
  return exposes.length > 0 ? { ...claim, exposes } : claim
}
