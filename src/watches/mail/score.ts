/** Sums the evidence up. Two sums of log-odds, each shown part by part: that a mail poses as a protected identity (claim,
 *  failure and payload; without a claim and a failure there is none), and that it is phishing whomever it names. */
import type { IndexedClaim } from './claims.ts'
import { carriedWeight, type Lure } from './payload.ts'
import type { Carried, ClaimSurface, Failure, FailureKind, Sign, TextTrick } from './verdict.ts'
import {
  actingLureWeight,
  askingLureWeight,
  claimCeiling,
  claimWeights,
  disguisedWeight,
  failureCeiling,
  failureWeights,
  freeMailAsSenderWeight,
  furtherClaimShare,
  governmentWeight,
  impersonationBias,
  knownSenderWeight,
  leadingLureWeight,
  leadsHomeWeight,
  maskWeight,
  noticeServiceWeight,
  otherDomainAsSenderWeight,
  otherDomainAsWriterWeight,
  ownAddressClaimCeiling,
  payloadCeiling,
  payloadShare,
  phishingBias,
  signWeights,
  speakerWeights,
  trickWeights,
  wantsNothingWeight,
} from './weights.ts'

/** The probability of log-odds. */
export const probability = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds))

/** A sum with its parts. */
export interface ImpersonationSum {
  readonly probability: number
  readonly signs: readonly Sign[]
}

/** What speaks for the sender. */
export interface Standing {
  readonly isKnown: boolean
  readonly isGovernment: boolean
  /** The address is the claimed one's own. */
  readonly isOwnAddress: boolean
  /** A well-known service that sends notices in its customers' names: of what one signs, shares, pays, plans. */
  readonly isForOthers: boolean
  readonly lure: Lure
  /** Calls himself by words that any office has, and by nothing else. */
  readonly isMasked: boolean
  /** No file, no link, no wish that is known. */
  readonly wantsNothing: boolean
  /** Links and answers lead to the claimed one's own domains, and to no others. */
  readonly leadsHome: boolean
}

/** How surely a mail poses as one identity. `claims` and `failures` are of this identity, or of none in particular. */
export function impersonationOf(
  claims: readonly IndexedClaim[],
  failures: readonly Failure[],
  payload: readonly Carried[],
  standing: Standing,
): ImpersonationSum {
  const telling = failures.filter(({ kind }) => kind !== 'first-contact' && kind !== 'never-uses')
  if (claims.length === 0 || telling.length === 0) return { probability: 0, signs: [] }
  const signs: Sign[] = [
    ...claimSigns(claims, standing.isOwnAddress ? ownAddressClaimCeiling : claimCeiling),
    ...capped(
      failures.map(({ kind }) => ({ sign: `failure ${kind}`, weight: failureWeight(kind, claims, standing) })),
      failureCeiling,
    ),
    ...capped(
      heaviestOfEach(payload).map(({ sign, weight }, i) => ({
        sign,
        weight: weight * payloadShare * (i === 0 ? 1 : 0.4),
      })),
      payloadCeiling,
    ),
  ]
  // Nobody disguises his own name: who does is not whom one knows by this address.
  const isDisguised = claims.some(({ tricks }) => tricks.some((trick) => trick !== 'accent'))
  if (standing.isKnown && !isDisguised) signs.push({ sign: 'sender is known', weight: knownSenderWeight })
  else if (standing.lure === 'acts') signs.push({ sign: 'a stranger sends what acts', weight: actingLureWeight })
  else if (standing.lure === 'asks') signs.push({ sign: 'a stranger asks for a way in', weight: askingLureWeight })
  else if (standing.lure === 'leads-away' && claims.some(isSenders))
    signs.push({ sign: 'a stranger speaks as another and leads away', weight: leadingLureWeight })
  if (standing.isMasked && !standing.isKnown && !standing.isOwnAddress)
    signs.push({ sign: 'sender calls himself by a department', weight: maskWeight })
  if (standing.wantsNothing && !isDisguised && claims.every(({ surface }) => inWords.has(surface)))
    signs.push({ sign: 'says who it is and wants nothing', weight: wantsNothingWeight })
  if (standing.leadsHome) signs.push({ sign: 'leads to the claimed one alone', weight: leadsHomeWeight })
  if (standing.isForOthers) signs.push({ sign: 'sender gives notice for others', weight: noticeServiceWeight })
  if (standing.isGovernment) signs.push({ sign: 'sender is a government', weight: governmentWeight })
  const sum = signs.reduce((total, { weight }) => total + weight, impersonationBias)
  return {
    probability: probability(sum),
    signs: [{ sign: 'before any evidence', weight: impersonationBias }, ...signs],
  }
}

/** A name in a text may be anybody's topic; as the sender's own name it is a claim that another domain belies. */
function failureWeight(kind: FailureKind, claims: readonly IndexedClaim[], { isForOthers }: Standing): number {
  if ((kind !== 'other-domain' && kind !== 'free-mail') || isForOthers) return failureWeights[kind]
  const isNamed = claims.some(
    ({ surface, isSpeaker }) =>
      surface === 'display-name' || surface === 'local-part' || (surface === 'signature' && isSpeaker),
  )
  if (kind === 'free-mail') return isNamed ? freeMailAsSenderWeight : failureWeights[kind]
  if (isNamed) return otherDomainAsSenderWeight
  return claims.some(
    ({ surface, isSpeaker }) => surface === 'self-presentation' || (surface === 'link-text' && isSpeaker),
  )
    ? otherDomainAsWriterWeight
    : failureWeights[kind]
}

/** Places where a name is the sender's own. */
const sendersPlaces: ReadonlySet<ClaimSurface> = new Set([
  'display-name',
  'sender-address',
  'local-part',
  'look-alike-domain',
  'signature',
  'self-presentation',
  'attachment-name',
])
const isSenders = ({ surface, isSpeaker }: IndexedClaim): boolean => isSpeaker || sendersPlaces.has(surface)

/** Who only writes of somebody writes the name as it is. */
const hides: ReadonlySet<TextTrick> = new Set(['homoglyph', 'invisible', 'letter-pair'])
/** Places within what the mail says. */
const inWords: ReadonlySet<ClaimSurface> = new Set(['self-presentation', 'body', 'subject'])

/** The strongest place counts whole, further ones by a share, tricks beside them. */
function claimSigns(claims: readonly IndexedClaim[], ceiling: number): Sign[] {
  const byWeight = claims
    .map(({ surface, isProduct, isSpeaker, tricks }) => {
      const said = (isSpeaker ? speakerWeights[surface] : undefined) ?? claimWeights[surface]
      const weight = tricks.some((trick) => hides.has(trick)) ? Math.max(said, disguisedWeight) : said
      return { surface, weight: weight * (isProduct ? 0.8 : 1) }
    })
    .sort((a, b) => b.weight - a.weight)
  const places = byWeight.map(({ surface, weight }, i) => ({
    sign: `claim ${surface}`,
    weight: weight * (i === 0 ? 1 : furtherClaimShare),
  }))
  const tricks = [...new Set(claims.flatMap((claim) => claim.tricks))].map((trick) => ({
    sign: `trick ${trick}`,
    weight: trickWeights[trick],
  }))
  return capped([...places, ...tricks], ceiling + tricks.reduce((sum, { weight }) => Math.max(sum, weight), 0))
}

function heaviestOfEach(payload: readonly Carried[]): Sign[] {
  const features = [...new Set(payload.map(({ feature }) => feature))]
  return features
    .map((feature) => ({ sign: `carries ${feature}`, weight: carriedWeight(feature) }))
    .sort((a, b) => b.weight - a.weight)
}

/** Signs whose weights are cut so that their sum is at most `max`. */
function capped(signs: readonly Sign[], max: number): Sign[] {
  let left = max
  return signs.flatMap(({ sign, weight }) => {
    const taken = Math.min(weight, left)
    left -= Math.max(0, taken)
    return taken <= 0 ? [] : [{ sign, weight: taken }]
  })
}

/** How surely a mail is phishing, by its signs. */
export function phishingOf(names: readonly string[]): {
  readonly probability: number
  readonly signs: readonly Sign[]
} {
  const signs = names.flatMap((sign) => {
    const weight = signWeights[sign] ?? 0
    return weight === 0 ? [] : [{ sign, weight }]
  })
  return { probability: probability(signs.reduce((sum, { weight }) => sum + weight, phishingBias)), signs }
}
