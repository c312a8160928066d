/** Mails that belong together, by their sketches: found at the second mail, searched backwards over what is kept, bounded,
 *  and mergeable. It knows no text; whether a mail is bad is told to it. */
import { limits } from '../../core/limits.ts'
import { bandsOf, type MailSketch, sketchId, tiesBetween } from './sketch.ts'
import { type CampaignMembership, suspiciousFrom } from './verdict.ts'

/** A mail as it is kept. */
export interface KeptSketch {
  readonly sketch: MailSketch
  readonly timeMs: number
  /** Hashes of the recipients. */
  readonly recipients: readonly string[]
  readonly score: number
  /** What names the mail for whoever searches backwards: its message id, or its place. */
  readonly mail: string
}

/** The kept mails as plain data. */
export interface SavedCampaigns {
  readonly kept: readonly KeptSketch[]
  readonly forgotten: number
}

/** Where a mail was filed. */
export interface Filed {
  /** Names the mails that are alike, whether any of them is bad: the id that their campaign has or would have. */
  readonly cluster: string
  readonly campaign: CampaignMembership | undefined
}

interface Entry extends KeptSketch {
  readonly index: number
  parent: number
}

interface Cluster {
  id: string
  mails: number
  readonly recipients: Set<string>
  firstSeenMs: number
  scoreMax: number
}

/** Groups mails as they come. */
export class MailCampaigns {
  readonly #entries = new Map<number, Entry>()
  readonly #clusters = new Map<number, Cluster>()
  readonly #byKey = new Map<string, number[]>()
  #next = 0
  #oldest = 0
  #forgotten = 0

  /** Sketches that made room. */
  get forgotten(): number {
    return this.#forgotten
  }

  /** Files a mail and says with which others it lies, and to which campaign it belongs; none where it is the first, or none
   *  of them is bad. */
  add(kept: KeptSketch): Filed {
    const ties = new Set<string>()
    const near = this.#near(kept.sketch)
    const entry: Entry = { ...kept, index: this.#next++, parent: -1 }
    entry.parent = entry.index
    this.#entries.set(entry.index, entry)
    this.#clusters.set(entry.index, {
      id: sketchId(kept.sketch),
      mails: 1,
      recipients: new Set(kept.recipients),
      firstSeenMs: kept.timeMs,
      scoreMax: kept.score,
    })
    for (const key of keysOf(kept.sketch)) {
      const at = this.#byKey.get(key)
      if (at === undefined) this.#byKey.set(key, [entry.index])
      else at.push(entry.index)
    }
    for (const other of near) {
      const found = tiesBetween(kept.sketch, other.sketch)
      if (found.length === 0) continue
      for (const tie of found) ties.add(tie)
      this.#join(entry.index, other.index)
    }
    const cluster = this.#clusters.get(this.#root(entry.index))?.id ?? sketchId(kept.sketch)
    const campaign = this.#membership(entry.index, [...ties])
    this.#forgetOldest()
    return { cluster, campaign }
  }

  /** The campaign that a sketch belongs to now, without filing it: also another office's sketch. */
  find(sketch: MailSketch): CampaignMembership | undefined {
    for (const other of this.#near(sketch)) {
      const ties = tiesBetween(sketch, other.sketch)
      if (ties.length > 0) return this.#membership(other.index, ties)
    }
    return undefined
  }

  /** Mails that are tied to a sketch, oldest first: the search backwards. */
  search(sketch: MailSketch): KeptSketch[] {
    return this.#near(sketch)
      .filter((other) => tiesBetween(sketch, other.sketch).length > 0)
      .sort((a, b) => a.timeMs - b.timeMs || a.index - b.index)
      .map(({ sketch: kept, timeMs, recipients, score, mail }) => ({ sketch: kept, timeMs, recipients, score, mail }))
  }

  /** The whole state as plain data. */
  save(): SavedCampaigns {
    const kept = [...this.#entries.values()].map(({ sketch, timeMs, recipients, score, mail }) => ({
      sketch,
      timeMs,
      recipients,
      score,
      mail,
    }))
    return { kept, forgotten: this.#forgotten }
  }

  /** Goes on from a saved state, or takes in that of another part of the office. */
  merge(saved: SavedCampaigns): void {
    for (const kept of saved.kept) this.add(kept)
    this.#forgotten += saved.forgotten
  }

  #near(sketch: MailSketch): Entry[] {
    const found = new Set<number>()
    for (const key of keysOf(sketch)) {
      const at = this.#byKey.get(key) ?? []
      // The latest are the likeliest; what stands under one key thousands of times tells nothing.
      for (let i = at.length - 1; i >= 0 && found.size < limits.mailSketchCandidatesMax; i--) found.add(at[i] as number)
    }
    return [...found].flatMap((index) => this.#entries.get(index) ?? [])
  }

  #root(index: number): number {
    let at = index
    for (;;) {
      const parent = this.#entries.get(at)?.parent ?? at
      if (parent === at) return at
      const grand = this.#entries.get(parent)?.parent ?? parent
      const entry = this.#entries.get(at)
      if (entry !== undefined) entry.parent = grand
      at = parent
    }
  }

  #join(a: number, b: number): void {
    const [young, old] = [this.#root(a), this.#root(b)].sort((x, y) => y - x) as [number, number]
    if (young === old) return
    const from = this.#clusters.get(young)
    const into = this.#clusters.get(old)
    const entry = this.#entries.get(young)
    if (from === undefined || into === undefined || entry === undefined) return
    entry.parent = old
    into.mails += from.mails
    into.firstSeenMs = earlier(into.firstSeenMs, from.firstSeenMs)
    into.scoreMax = Math.max(into.scoreMax, from.scoreMax)
    for (const recipient of from.recipients) {
      if (into.recipients.size < limits.mailCampaignRecipientsMax) into.recipients.add(recipient)
    }
    this.#clusters.delete(young)
  }

  #membership(index: number, ties: readonly string[]): CampaignMembership | undefined {
    const cluster = this.#clusters.get(this.#root(index))
    if (cluster === undefined || cluster.mails < 2 || cluster.scoreMax < suspiciousFrom) return undefined
    const { id, mails, recipients, firstSeenMs } = cluster
    return { id, mails, recipients: recipients.size, firstSeenMs, ties: [...ties] }
  }

  /** The oldest make room. A root that goes hands its cluster on to the next oldest of its members. */
  #forgetOldest(): void {
    while (this.#entries.size > limits.mailSketchesMax) {
      const entry = this.#entries.get(this.#oldest++)
      if (entry === undefined) continue
      if (entry.parent === entry.index) this.#handOn(entry)
      this.#entries.delete(entry.index)
      this.#forgotten++
      for (const key of keysOf(entry.sketch)) {
        const left = (this.#byKey.get(key) ?? []).filter((index) => index !== entry.index)
        if (left.length === 0) this.#byKey.delete(key)
        else this.#byKey.set(key, left)
      }
    }
  }

  #handOn(root: Entry): void {
    const cluster = this.#clusters.get(root.index)
    this.#clusters.delete(root.index)
    if (cluster === undefined || cluster.mails < 2) return
    const members = [...this.#entries.values()].filter(
      (entry) => entry !== root && this.#root(entry.index) === root.index,
    )
    const [heir] = members
    if (heir === undefined) return
    for (const member of members) member.parent = heir.index
    this.#clusters.set(heir.index, cluster)
  }
}

const earlier = (a: number, b: number): number => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b))

/** Under what a sketch is filed. Senders alone tie nothing, so they are no keys. */
const keysOf = (sketch: MailSketch): string[] => [
  ...bandsOf(sketch.text),
  ...sketch.files.map((file) => `file ${file}`),
  ...sketch.hosts.map((host) => `host ${host}`),
]
