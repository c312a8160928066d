/** What the mail watch holds against a mail's sender, as hits: from a verdict, and from a mail that could not be read. */
import type { FindingKind, Hit, Level } from '../../core/finding.ts'
import { limits } from '../../core/limits.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import { isActing } from './payload.ts'
import type { MailVerdict } from './verdict.ts'

/** What a hit says of its mail: who wrote it, when, and where it lies. */
export type MailHead = Pick<MailMessage, 'timeMs' | 'from' | 'place'>

const unknownSender = 'no sender'
/** Two mails that are alike to two people are no accident. */
const campaignConfidenceMin = 0.8

/** Forgotten entries after which it is said again. */
export const forgottenStep = 1_000

/** The memory of mail is full: it forgets. */
export const forgottenHit = (head: MailHead, verdict: MailVerdict): Hit => ({
  ...hitOf(head, verdict, 'limit-reached', 'mail/limit/memory'),
  level: 'low',
  confidence: 1,
  actor: { type: 'role', value: 'bellwether' },
  target: 'the memory of mail',
})

/** What a verdict holds against a mail's sender. A campaign is a hit at its second recipient, and again at each later mail
 *  of it. */
export function hitsOf(message: MailHead, verdict: MailVerdict): Hit[] {
  const hits: Hit[] = []
  const { posesAs } = verdict
  if (posesAs !== undefined) {
    const claim = verdict.claims.find(({ identity }) => identity === posesAs.id)
    const hit = hitOf(message, verdict, 'mail-impersonation', `mail/impersonation/${claim?.surface ?? 'claim'}`)
    hits.push({ ...hit, target: posesAs.name, confidence: verdict.impersonation })
  } else if (verdict.verdict !== 'clean') {
    hits.push(hitOf(message, verdict, 'mail-phishing', phishingRule(verdict)))
  }
  if (verdict.problems.length > 0 && hits.length === 0) {
    hits.push({ ...hitOf(message, verdict, 'mail-unreadable', 'mail/unreadable/part'), level: 'low', confidence: 1 })
  }
  const { campaign } = verdict
  if (campaign !== undefined && campaign.recipients >= 2 && verdict.verdict !== 'clean') {
    const hit = hitOf(message, verdict, 'mail-campaign', `mail/campaign/${campaign.ties[0] ?? 'text'}`)
    hits.push({
      ...hit,
      target: `campaign ${campaign.id}`,
      level: 'high',
      confidence: Math.max(hit.confidence, campaignConfidenceMin),
    })
  }
  return hits
}

function phishingRule({ payload, claims }: MailVerdict): string {
  if (payload.some(({ feature }) => isActing(feature))) return 'mail/phishing/active-content'
  if (claims.length > 0) return 'mail/phishing/brand'
  return payload.length > 0 ? 'mail/phishing/payload' : 'mail/phishing/signs'
}

function hitOf(message: MailHead, verdict: MailVerdict, kind: FindingKind, rule: string): Hit {
  const timeMs = Number.isNaN(message.timeMs) ? 0 : message.timeMs
  const part = verdict.payload.find(({ feature }) => isActing(feature)) ?? verdict.payload[0]
  return {
    kind,
    rule,
    level: levelOf(verdict),
    confidence: verdict.score,
    timeMs,
    actor: {
      type: 'sender',
      value: (message.from[0]?.address || unknownSender).slice(0, limits.identityNameCharactersMax),
    },
    target: 'the office’s mail',
    ...(part === undefined ? {} : { part: part.feature }),
    outcome: 'attempt',
    place: message.place,
    decidedAtMs: timeMs,
    ...(verdict.campaign === undefined ? {} : { shape: `campaign ${verdict.campaign.id}` }),
  }
}

/** An attack in a protected name with something that acts is the worst that mail brings. */
function levelOf(verdict: MailVerdict): Level {
  const acts = verdict.payload.some(({ feature }) => isActing(feature))
  if (verdict.posesAs !== undefined) return acts && verdict.verdict === 'attack' ? 'critical' : 'high'
  if (acts) return 'high'
  return verdict.verdict === 'attack' ? 'medium' : 'low'
}

/** A mail that could not be read at all, by its reject's place. */
export const unreadableHit = (place: Hit['place'], timeMs: number): Hit => ({
  kind: 'mail-unreadable',
  rule: 'mail/unreadable/whole',
  level: 'low',
  confidence: 1,
  timeMs,
  actor: { type: 'sender', value: unknownSender },
  target: 'the office’s mail',
  place,
  decidedAtMs: timeMs,
})
