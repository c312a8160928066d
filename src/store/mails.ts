/** Mails as the store keeps them. */
import type { SourceId } from '../core/ids.ts'

/** A mail that a source brought, with what was judged of it. */
export interface MailRow {
  /** SHA-256 of its bytes, hex. */
  readonly id: string
  readonly sourceId: SourceId
  readonly takenAtMs: number
  readonly verdict: 'attack' | 'suspicious' | 'clean' | 'unreadable'
  /** The campaign that it is of, or would begin: mails of one campaign share it. */
  readonly campaign: string
  /** What a search looks through: sender, subject, recipients. */
  readonly words: string
  /** Addresses that it came to, each once. */
  readonly recipients: readonly string[]
  /** All that was judged and how it is shown; opaque to the store. */
  readonly document: Readonly<Record<string, unknown>>
}

/** How large a campaign is, all of it. */
export interface CampaignSize {
  readonly campaign: string
  readonly mails: number
  /** Addresses that its mails came to, each once. */
  readonly recipients: number
}

/** Which mails a list shows: those that are flagged, or of a campaign in which one is; latest first. */
export interface MailQuery {
  readonly verdict?: 'attack' | 'suspicious' | 'unreadable'
  readonly campaign?: string
  /** Words that stand in sender, subject or recipients; matched as they are, without regard to case. */
  readonly text?: string
  readonly offset: number
  readonly limit: number
}
