/** A whole set of mails from one seed: attacks of every technique in campaigns, hard negatives, plain mail, and the mails of
 *  before from which the office knows its senders; with the truth of each. */
import { Random } from '../recording/random.ts'
import { type AttackPlan, attackDraft, attackPlans, freeMailDomains, type Wording } from './attacks.ts'
import { compose } from './compose.ts'
import {
  addressOf,
  type Draft,
  domainOf,
  officeAddresses,
  officeDomain,
  officeServer,
  plainDraft,
  sendFrom,
  threadOf,
} from './draft.ts'
import { everydayDraft, everydayKinds } from './everyday-negatives.ts'
import { type Ham, inventHam } from './frames.ts'
import { negativeDraft, negativeKinds, privateAddressOf } from './hard-negatives.ts'
import { otherNegativeDraft, otherNegativeKinds } from './other-negatives.ts'
import { outsiderDraft, outsiderKinds } from './outsiders.ts'
import { carrySound, featuresOf, type PayloadTechnique } from './payloads.ts'
import { type Vendor, vendorsOf } from './vendors.ts'

/** What is true of one mail. Fields that do not apply are empty. */
export interface MailTruth {
  readonly file: string
  readonly label: 'attack' | 'hard-negative' | 'ham' | 'history'
  readonly technique: string
  /** Id of the identity that it poses as, or names. */
  readonly identity: string
  readonly claim: string
  readonly sender: string
  readonly payload: string
  /** One of these is what the watch is to name of the payload. */
  readonly features: readonly string[]
  /** Mails of one campaign, and variants of one text, share it; splits go by it. */
  readonly campaign: string
  readonly timeMs: number
}

/** One mail of the set. */
export interface SetMail {
  readonly truth: MailTruth
  readonly bytes: Uint8Array
}

/** A set in the order of time. */
export interface MailSet {
  readonly vendors: readonly Vendor[]
  readonly office: {
    readonly name: string
    readonly domains: readonly string[]
    readonly trustedServers: readonly string[]
    readonly knownAddresses: readonly string[]
  }
  readonly mails: readonly SetMail[]
}

/** How large a set is. */
export interface SetSize {
  /** Campaigns of each technique. */
  readonly campaigns: number
  /** Recipients of one campaign. */
  readonly recipients: number
  readonly negatives: number
  readonly ham: number
  /** Without it, the usual words. */
  readonly wording?: Wording
  /** Techniques that are wanted; without it, all. */
  readonly techniques?: readonly string[]
}

export const usualSize: SetSize = { campaigns: 4, recipients: 3, negatives: 320, ham: 600 }

const startMs = Date.UTC(2024, 7, 1, 12)
const dayMs = 86_400_000

/** Makes a set. Without `ham` of the corpora it is invented. */
export function makeMailSet(seed: number, size: SetSize = usualSize, ham?: Ham): MailSet {
  const random = new Random(`mail-set/${seed}`)
  const from = ham ?? inventHam(random.fork('ham'))
  const vendors = vendorsOf(random.fork('vendors'), 8)
  const mails: SetMail[] = []
  const add = (draws: Random, draft: Draft, truth: Omit<MailTruth, 'file' | 'timeMs'>): void => {
    const file = `${String(mails.length).padStart(5, '0')}.eml`
    const bytes = compose(draws, draft, draws.pick(from.frames))
    mails.push({ truth: { ...truth, file, timeMs: draft.timeMs }, bytes })
  }
  addHistory(random.fork('history'), vendors, add)
  addAttacks(random.fork('attacks'), vendors, size, add)
  addNegatives(random.fork('negatives'), vendors, size, add)
  addHam(random.fork('plain'), from, size, add)
  return { vendors, office: officeOf(vendors), mails: inOrder(mails) }
}

type Add = (random: Random, draft: Draft, truth: Omit<MailTruth, 'file' | 'timeMs'>) => void

const officeOf = (vendors: readonly Vendor[]): MailSet['office'] => ({
  name: 'County Elections',
  domains: [officeDomain],
  trustedServers: [officeServer],
  knownAddresses: vendors.map(privateAddressOf),
})

/** By time, and named in that order, so that names tell nothing. */
function inOrder(mails: readonly SetMail[]): SetMail[] {
  const sorted = [...mails].sort((a, b) => a.truth.timeMs - b.truth.timeMs)
  return sorted.map(({ truth, bytes }, index) => ({
    truth: { ...truth, file: `${String(index).padStart(5, '0')}.eml` },
    bytes,
  }))
}

const nothing = { claim: '', sender: '', payload: '', features: [] }

/** A year of genuine mail of the vendors, which makes them known, and threads that can be hijacked. */
function addHistory(random: Random, vendors: readonly Vendor[], add: Add): void {
  for (const vendor of vendors) {
    for (const [index, kind] of (
      ['genuine-files', 'known-private-address', 'reply-in-thread', 'mailing-service'] as const
    ).entries()) {
      const draws = random.fork(`${vendor.id}/${kind}`)
      const draft = negativeDraft(draws, kind, vendor, startMs - (300 - 60 * index) * dayMs + draws.integer(0, dayMs))
      if (kind === 'genuine-files') {
        draft.messageId = threadOf(vendor)
        draft.fromName = vendor.name
      }
      add(draws, draft, { ...nothing, label: 'history', technique: kind, identity: vendor.id, campaign: '' })
    }
  }
}

const anyTime = (random: Random): number => startMs + random.integer(0, 60) * dayMs + random.integer(0, 9 * 3_600_000)

function addAttacks(random: Random, vendors: readonly Vendor[], size: SetSize, add: Add): void {
  for (let round = 0; round < size.campaigns; round++) {
    for (const plan of attackPlans(random.fork(`plans/${round}`), vendors, size.wording)) {
      if (size.techniques !== undefined && !size.techniques.includes(plan.technique)) continue
      const id = `${plan.technique}/${round}`
      const start = anyTime(random.fork(`${id}/time`))
      const recipients = random.fork(`${id}/to`).shuffle(officeAddresses).slice(0, size.recipients)
      for (const [index, recipient] of recipients.entries()) {
        // One campaign is one text, one file and one sender; recipients, times and ids of messages differ.
        const draft = attackDraft(
          random.fork(id),
          plan,
          start + index * random.fork(`${id}/gap`).integer(60_000, 7_200_000),
        )
        draft.recipient = recipient
        add(random.fork(`${id}/${index}`), draft, truthOf(plan, id))
      }
    }
  }
}

const truthOf = (plan: AttackPlan, campaign: string): Omit<MailTruth, 'file' | 'timeMs'> => ({
  label: 'attack',
  technique: plan.technique,
  identity: plan.vendor.id,
  claim: plan.claim,
  sender: plan.sender,
  payload: plan.payload,
  features: plan.payload in featuresOf ? featuresOf[plan.payload as PayloadTechnique] : [],
  campaign,
})

type DraftOf = (random: Random, vendor: Vendor, timeMs: number) => Draft

/** Kinds of sound mail in a wording, each with what makes it. */
function negativesOf(wording: Wording | undefined): readonly (readonly [string, DraftOf])[] {
  const own =
    wording === 'other'
      ? otherNegativeKinds.map(
          (kind) =>
            [kind, (...draws: Parameters<DraftOf>) => otherNegativeDraft(draws[0], kind, draws[1], draws[2])] as const,
        )
      : negativeKinds.map(
          (kind) =>
            [kind, (...draws: Parameters<DraftOf>) => negativeDraft(draws[0], kind, draws[1], draws[2])] as const,
        )
  const everyday = everydayKinds.map(
    (kind) => [kind, (...draws: Parameters<DraftOf>) => everydayDraft(draws[0], kind, draws[1], draws[2])] as const,
  )
  const outsiders = outsiderKinds.map(
    (kind) => [kind, (...draws: Parameters<DraftOf>) => outsiderDraft(draws[0], kind, draws[1], draws[2])] as const,
  )
  return [...own, ...everyday, ...outsiders]
}

function addNegatives(random: Random, vendors: readonly Vendor[], size: SetSize, add: Add): void {
  const negatives = negativesOf(size.wording)
  for (let index = 0; index < size.negatives; index++) {
    const draws = random.fork(index)
    const vendor = draws.pick(vendors)
    const [technique, draftOf] = negatives[index % negatives.length] as (typeof negatives)[number]
    const draft = draftOf(draws, vendor, anyTime(draws))
    add(draws, draft, { ...nothing, label: 'hard-negative', technique, identity: vendor.id, campaign: '' })
  }
}

function addHam(random: Random, ham: Ham, size: SetSize, add: Add): void {
  for (let index = 0; index < size.ham; index++) {
    const draws = random.fork(index)
    const { subject, text } = draws.pick(ham.texts)
    const draft = plainDraft(draws, anyTime(draws))
    draft.subject = subject
    draft.paragraphs = [text]
    // As many as attackers have: people write from free mail and send files, and neither may tell an attack.
    if (draws.chance(0.5)) sendFrom(draft, addressOf(draft.fromName, draws.pick(freeMailDomains)))
    if (draws.chance(0.8))
      carrySound(draws, draft, subject.replace(/[^\w -]+/g, '').slice(0, 40), text, domainOf(draft.fromAddress))
    add(draws, draft, { ...nothing, label: 'ham', technique: 'plain', identity: '', campaign: '' })
  }
}
