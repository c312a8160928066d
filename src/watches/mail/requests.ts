/** What a mail asks its reader to hand over: a way into a system, or what one needs to pose as somebody else. A stranger who
 *  writes of a vendor asks for nothing of the kind; who poses as the vendor does. */
import { limits } from '../../core/limits.ts'
import { anyOf } from './word-patterns.ts'

const whole = (alternatives: string): RegExp => new RegExp(`\\b${anyOf(alternatives)}\\b`)

/** Words with which one asks. */
const asks = whole(`
  please | pls | kindly | could you | can you | would you | will you | ask (?:you|that|it|them|your) | asks? for |
  asking for | needs? | lacks? | missing | required? | requires | must | should | have to | want you to |
  let (?:me|us) have | send | mail | e-?mail | text | give | tell | provide | confirm | verify | validate | reply with |
  reply to this | return | share | forward | fill in | fill out | complete | enter | update | read (?:me|us) |
  switch on | turn on | turn off | disable | enable | grant | allow | open up | leave | use the | log ?in | sign ?in |
  who (?:has|have|holds|keeps) | (?:i|we) (?:need|want|ask|request) | (?:i|we)'d (?:like|love|need) | would like |
  pay (?:to|it)`)

/** Those of them that are nothing else: `our mail is down` asks for nothing. */
const wishes = whole(`
  please | pls | kindly | could you | can you | would you | will you | asking | (?:i|we) (?:need|want|ask|request) |
  (?:i|we)'d (?:like|love|need) | would like | you (?:must|have to|need to|are required|should) | let (?:me|us) have |
  (?:send|mail|text|give|tell|show) (?:me|us|it|them|over|back) | have (?:someone|somebody|them|it)`)

/** Whether a text, folded, asks for anything at all. */
export const isAsking = (folded: string): boolean => folded.includes('?') || wishes.test(folded)

/** What is asked for: ways in, and what proves who one is. */
const secrets = whole(`
  pass ?(?:words?|codes?|phrases?) | user ?(?:names?|ids?) | log-?ins?\\b(?! page) | credentials | pin |
  sign-?in (?:names?|data|details|information|codes?) | recovery codes? | token seeds? | seal numbers? |
  (?:access|security|alarm|gate|door|verification|one-time|single-use|authenticat(?:or|ion)|mfa|2fa|unlock|admin) codes? |
  codes? (?:of|for|to) (?:the|your) (?:\\w+ )?(?:gate|alarm|door|safe|lock|building|warehouse|vault|phone) |
  keys? (?:of|to|for) (?:the|your) (?:\\w+ )?(?:building|warehouse|office|room|vault|door|cage|server) |
  who (?:has|have|holds|keeps) (?:the )?(?:keys|access|passwords?) | backup administrator |
  (?:with|have|has) (?:\\w+ )?access to (?:the )?(?:voting|election|server|system|machines?|equipment) |
  remote (?:desktop|access|session|control|support|connection) | (?:sign|log) in (?:remotely|from home) | teamviewer |
  anydesk | screenconnect | logmein | quick ?assist | vpn | firewall | ip address(?:es)? | network (?:diagram|plan|map) |
  driver'?s? licen[cs]es? | dates? of birth | social security | ssn | last four |
  (?:private|personal|home|cell) (?:phones?|addresses|address|numbers?|e-?mails?|mobile) |
  (?:admin|administrator) (?:codes?|cards?|passwords?) | seal logs? | camera (?:positions?|angles?) | guard hours |
  (?:sketch|plan|map|photos?|pictures?) of the (?:\\w+ )?(?:vault|building|warehouse|room|floor|office) | floor ?plans? |
  bank(?:ing)? (?:account|details|data|information|change|statements?) | ach | w-?9s? |
  (?:routing|account) (?:and (?:routing|account) )?numbers? | (?:changed|new|other) banks? | account shown |
  (?:account|bank) (?:was|is|has been|has|had) (?:changed|closed|moved) | former (?:account|one) was closed |
  (?:new|updated|changed|different|other|following) (?:bank )?account |
  new (?:phone |telephone |contact )?numbers? | new hotline`)

/** Who warns against it asks for nothing, and who lost his own asks for something else. */
const warns = whole(`
  (?:never|do not|don'?t|does not|doesn'?t|will not|won'?t)
    (?:ask|share|send|give|reply|enter|tell|write|e-?mail|use|provide|disclose|need) |
  no one | nobody | not ask | forgot | forgotten | lost my | if you did(?: not|n'?t) |
  (?:was|has been) (?:sent|changed|reset)`)

const sentenceEnd = /(?<=[.!?])\s|\n{2,}/

/** The words with which a text asks for such a thing, in folded text; undefined where it does not. */
export function secretAskedFor(folded: string): string | undefined {
  for (const sentence of folded.split(sentenceEnd)) {
    for (let at = 0; at < sentence.length; at += limits.mailSentenceCharactersMax) {
      const piece = sentence.slice(at, at + limits.mailSentenceCharactersMax).replace(/\s+/g, ' ')
      const found = secrets.exec(piece)
      if (found !== null && asks.test(piece) && !warns.test(piece)) return found[0]
    }
  }
  return undefined
}
