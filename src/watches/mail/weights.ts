/** How much each part counts, as log-odds (natural logarithm). What shows an impersonation is weighed by reason, in steps
 *  of a half; the signs of phishing are fitted on one half of the corpora, parted by cluster, as README.md tells. */
import type { ClaimSurface, FailureKind, TextTrick } from './verdict.ts'

/** How strongly a name in this place says "I am". */
export const claimWeights: Readonly<Record<ClaimSurface, number>> = {
  'sender-address': 3,
  'display-name': 3,
  'look-alike-domain': 3.5,
  'local-part': 3,
  signature: 1.5,
  'self-presentation': 3,
  subject: 1,
  'attachment-name': 2,
  'image-text': 1,
  'link-text': 0.5,
  'document-text': 1,
  body: 0.5,
}
/** Where the name stands there as the sender's own. */
export const speakerWeights: Partial<Readonly<Record<ClaimSurface, number>>> = {
  signature: 3,
  subject: 3,
  'image-text': 2,
  'link-text': 2,
}
/** A name in other letters than its own, wherever it stands. */
export const disguisedWeight = 3
/** Places beyond the strongest count by this share: they repeat the same claim. */
export const furtherClaimShare = 0.3
export const claimCeiling = 6
/** Where the address is the claimed one's own, its name beside it is no further claim. */
export const ownAddressClaimCeiling = 4

/** Nobody disguises his own name. */
export const trickWeights: Readonly<Record<TextTrick, number>> = {
  homoglyph: 1.5,
  invisible: 1.5,
  'letter-pair': 1.5,
  spacing: 1,
  accent: 0.5,
}

/** How strongly this shows that the claimed one did not send it. */
export const failureWeights: Readonly<Record<FailureKind, number>> = {
  'free-mail': 2.5,
  'look-alike-domain': 3.5,
  'subdomain-trick': 3.5,
  'punycode-domain': 1.5,
  'other-domain': 1,
  'authentication-failed': 3,
  'not-authenticated': 1.5,
  'reply-to-elsewhere': 2.5,
  'return-path-elsewhere': 0.5,
  'return-path-account': 2,
  'first-contact': 0.5,
  'thread-hijacked': 3,
  'never-uses': 0.5,
  'display-name-address': 2.5,
}
export const failureCeiling = 7

/** What a free mail address weighs that bears the claimed name, or whose mail is signed with it. */
export const freeMailAsSenderWeight = 3
/** What a domain of somebody else weighs where the mail bears the claimed name as its sender's, or is signed with it. */
export const otherDomainAsSenderWeight = 2.5
/** The same where a sentence says that the writer is of the claimed one. */
export const otherDomainAsWriterWeight = 2

/** What has to be overcome before a claim and a failure are an attack. */
export const impersonationBias = -5.5
/** Somebody who has written before, or is on the office's list. */
export const knownSenderWeight = -4
/** Somebody unknown who names another and sends what acts by itself: whoever writes about a vendor does not. */
export const actingLureWeight = 2
/** Somebody unknown who names another and asks for a password, a code, a way in. */
export const askingLureWeight = 1.5
/** Somebody unknown who speaks as another and leads to a place that is neither's. */
export const leadingLureWeight = 1.5
/** Somebody unknown who calls himself by a department alone, `Support`, and names another. */
export const maskWeight = 1.5
/** A sentence that says who writes, in a mail that neither carries nor asks for anything. */
export const wantsNothingWeight = -0.5
/** All that it leads to is the claimed one's own: nothing is gained by it. */
export const leadsHomeWeight = -4.5
/** A service that sends notices in its customers' names. */
export const noticeServiceWeight = -1.5
/** A government's own domain (.gov is given to governments only) that writes of another. */
export const governmentWeight = -2
/** What a claimed sender's mail carries counts by this share: genuine mail carries files too. */
export const payloadShare = 0.7
export const payloadCeiling = 5

/** Fitted, less 0.8: so that one half is passed by about one honest mail in a hundred of the corpora. */
export const phishingBias = -1.57
/** Fitted by tests/evaluate/mail-weights.ts; signs that are not here count nothing. */
export const signWeights: Readonly<Record<string, number>> = {
  'names a protected or well-known sender that it is not': 1.0,
  'speaks as a protected or well-known sender that it is not': 0.3,
  'disguises a name': 0.4,
  'its domain looks like another': 1.5,
  'its display name shows another address': 0.8,
  'its domain does not answer for it': 1.5,
  'answers go to a free mail address': 0.98,
  'from a cheap ending': 1.1,
  'its host has many parts': 0.6,
  'its sender has written before': -1.0,
  'is from a protected sender whose own servers answer for it': -2.0,
  'is from the domain of a protected sender': -1.5,
  'is of a protected sender and leads to its own pages alone': -1.5,
  'has no sender': 0.5,
  'its display name asks for attention': 1.55,
  'its display name is a department': 0.5,
  'its subject asks for attention': 1.47,
  'its subject has a number as of a case': 0.51,
  'its subject is disguised': 0.8,
  'its text mixes scripts': 0.86,
  'belongs to a thread': -1.19,
  'its recipient is not named': 0.3,
  'its subject asks for a sign-in': 1.5,
  'its subject presses': 1.5,
  'its subject is about money': 1.0,
  'its subject promises': 1.5,
  'its subject is about a delivery or document': 0.6,
  'asks for a sign-in': 0.3,
  'asks for a sign-in again and again': 0.57,
  presses: 1.25,
  'threatens with a loss': 0.1,
  'is about money': 0.07,
  'is about money again and again': 0.34,
  'promises again and again': 0.16,
  'is about a delivery': 0.44,
  'is about a document': 0.1,
  'is about a wallet': 0.4,
  'greets nobody in particular': 1.0,
  'asks for a click and a sign-in, or presses': 0.2,
  'greets by the mail address': 0.41,
  'has hidden text': 1.0,
  'says next to nothing, with a picture and a link': 0.81,
  'has a form': 0.2,
  'has a script': 0.1,
  'carries what can act': 2.0,
  'carries what is locked': 1.0,
  'carries a page': 0.7,
  'a link shows another place': 0.3,
  'a link hides where it leads': 1.63,
  'a link is a bare address': 0.5,
  'a link looks like another place': 0.5,
  'a link has a name that its place has not': 0.5,
  'a link leads to free hosting': 1.45,
  'a code leads to a link': 0.8,
  'links to a cheap ending': 1.06,
  'links to long codes': 0.7,
  'all links lead to one other place': 0.5,
  'all links lead to one page': 1.09,
  'links and none to the sender': 0.07,
  'links to the sender': -1.5,
  'links to many places': -1.2,
  'pictures from another place': 1.0,
  'names somebody, with pictures from where no link leads': -0.51,
  'says little and links': 0.37,
  'says much': -1.2,
  quotes: -0.07,
  'is HTML alone': 0.4,
  'is plain text': -1.2,
  'asks for high priority': 0.6,
  'leads to whom it names alone': -1.5,
  'leads nowhere and asks for nothing': -1.0,
}

/** Between which a fitted weight stays; others from 0 to 2.5. Below: what is known to be dangerous, though the corpora show
 *  little of it. Above: what honest newsletters and bills of today have too, of which the corpora show few. Fixed: what
 *  the corpora cannot tell, because only one of their halves has it. */
export const signBounds: Readonly<Record<string, readonly [number, number]>> = {
  'names a protected or well-known sender that it is not': [1, 2.5],
  'speaks as a protected or well-known sender that it is not': [0.3, 2],
  'disguises a name': [0.4, 2],
  'its domain looks like another': [1.5, 3],
  'its display name shows another address': [0.8, 2],
  'its domain does not answer for it': [1.5, 1.5],
  'nothing answers for it': [0, 0],
  'answers go to a free mail address': [0.5, 1.5],
  'its host has many parts': [0, 0.6],
  'its sender has written before': [-1, -1],
  'is from a protected sender whose own servers answer for it': [-2, -2],
  'is from the domain of a protected sender': [-1.5, -1.5],
  'is of a protected sender and leads to its own pages alone': [-1.5, -1.5],
  'has no sender': [0.5, 0.5],
  'its display name is a department': [0, 0.5],
  'its subject names its recipient': [0, 0],
  'its subject is disguised': [0.8, 2],
  'its text mixes scripts': [0.8, 2],
  'belongs to a thread': [-1.2, 0],
  'its recipient is not named': [0.3, 0.3],
  'its subject asks for a sign-in': [0.3, 1.5],
  'its subject presses': [0, 1.5],
  'its subject is about money': [0, 1.0],
  'its subject promises': [0, 1.5],
  'its subject is about a delivery or document': [0, 0.6],
  'asks for a sign-in': [0.3, 2],
  'asks for a sign-in again and again': [0.3, 2],
  'threatens with a loss': [0.1, 2],
  'is about a document': [0.1, 1],
  'is about a wallet': [0, 0.4],
  'greets nobody in particular': [0.2, 1.0],
  'asks for a click and a sign-in, or presses': [0.2, 2],
  'has hidden text': [0.3, 1],
  'has a form': [0.2, 2],
  'has a script': [0.1, 1],
  'carries what can act': [2, 2.5],
  'carries what is locked': [1, 2],
  'carries a page': [0.7, 2],
  'a link shows another place': [0.3, 2],
  'a link is a bare address': [0.5, 2],
  'a link looks like another place': [0.5, 2],
  'a link has a name that its place has not': [0.5, 2],
  'a code leads to a link': [0.8, 2],
  'links to random letters': [0, 1],
  'links to long codes': [0, 0.7],
  'all links lead to one other place': [0, 0.5],
  'links to the sender': [-1.5, 0],
  'links to many places': [-1.2, 0],
  'has no link': [-2.0, 0],
  'pictures from another place': [0, 1.0],
  'names somebody, with pictures from where no link leads': [-2.0, 0],
  'says much': [-1.2, 0],
  quotes: [-2.0, 0],
  'is HTML alone': [0, 0.4],
  'is plain text': [-1.2, 0],
  'its message id is of another domain': [0, 0],
  'asks for high priority': [0, 0.6],
  'leads to whom it names alone': [-1.5, -1.5],
  'leads nowhere and asks for nothing': [-1.0, -1.0],
}
