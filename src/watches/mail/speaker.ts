/** Whether a name stands in a text as that of who is speaking, or as what is spoken of: "I write to you from VR Systems"
 *  against "VR Systems wins a contract". All texts are folded; each pattern looks at a bounded piece beside the name. */
import type { NameFound } from './name-scanner.ts'
import { greets } from './own-text.ts'
import { anyOf } from './word-patterns.ts'

/** The piece of a text before a name and after it. */
interface Beside {
  readonly before: string
  readonly after: string
}

/** What a company's name may end with, where the name that was found leaves it out. */
const legalForm = /^(?:,? (?:inc|llc|ltd|corp)\b)?\.?(?=\W|$)/

/** `VR Systems Support Team`: a department, or something of theirs that one has. */
const departmentAfter =
  /^(?:,? (?:inc|llc|corp)\b\.?)?(?:'s)?[\s,|-]{1,3}(?:customer|client|technical|tech |it |help ?desk|support|service ?desk|services? team|team\b|security|billing|account|administrator|admin\b|department|portal|notification|training|user guide|elections? team|staff\b)/
/** Of these a customer speaks as well: `the VR Systems training page`. */
const thingAfter =
  /^(?:'s)?[\s,|-]{1,3}(?:account|portal|notification|training|user guide|billing|security|support|it )/
const ofOnesOwn = /\b(?:i|i'm|i've|my|me|mine)\b/
/** `VR Systems has assigned … to you`, `VR Systems requires its customers`: it turns to the reader. */
const turnsToReaderAfter =
  /^,?(?: and its partners)? (?:(?:is|are) (?:pleased|happy|excited|glad|proud|sorry|writing|asking|requesting|sending|contacting|notifying|inviting|offering|reaching)\b|(?:would like|wishes|wants) to\b|(?:requires?|asks?|requests?|needs?|invites?|reminds?|advises?|urges?|thanks?|recommends?|notifies|informs) (?:that )?(?:you|your|all|its|every|each)\b|(?:has|have|had) (?:now |just |recently )?[a-z]{3,14}(?:ed|nt|pt|de|un)\b[^.!?\n]{0,40}\b(?:you|your)\b|(?:values|appreciates) your\b)/
/** Words that lead to a name as the writer's own. */
const leadsToSelf =
  /(?:\bwe at|\bhere at|\bus at|\bi at|\b(?:on|in) (?:the )?(?:behalf|instructions?|orders?|name) of|\bat the request of|\bto (?:everybody|everyone|all|customers|counties|offices|clients|those) (?:who|that|which) (?:uses?|have|has|runs?|works? with)|\brepresenting|\bthis is|\bi am with|\bi'm with|\bi work (?:for|at|with)|\bfrom your|\bcopyright(?: \d{4})?|\(c\)(?: \d{4})?|©(?: \d{4})?|\b(?:sent|prepared|provided|issued|brought)(?: (?:to|for) you)? by|\bthank(?:s| you) for (?:choosing|using|being an?)|\b(?:customer|client|user|subscriber) of|\bregards,?|\bsincerely,?|\bthank(?:s| you),?|\bteam)[\s:,.-]{0,6}(?:the )?$/
/** `your VR Systems representative`, `your VR Systems invoice`: what one has of whoever writes; of machines anybody speaks. */
const yours = /\byour(?: (?:new|current|annual|open|latest))?[\s:]{1,3}$/
const yoursAfter =
  /^(?:'s)?\s(?:rep\b|representative|contact|manager|consultant|specialist|engineer|technician|invoice|order|contract|licen[cs]e|agreement|renewal|quote|subscription|payment|password|log-?in|user)/
/** How a sentence begins in which somebody says who he is. */
const writers = anyOf(`i|we|i'm|we're|i've|we've|it'?s (?:me|[\\p{L}'’]{2,20})|this|
  this (?:message|mail|email|e-mail|notice|letter|update|bulletin|reminder)`)
/** What follows where he tells what he wants, sees, does with a product or has been through instead. */
const experiences =
  anyOf(`got|received|had|heard|saw|see|read|bought|called|asked|ask|spoke|talked|met|signed|used to|use|
  worked|left|retire[ds]?|resign(?:ed)?|was|were|need|want|wish|would|request|demand|know|think|believe|understand|noticed|
  found|vote|voted|have not|do (?:not|n't|like|see|use|know|have|believe|think|want)|did|don't|never|replaced?|compete|
  compared?|study|cover|report|wrote`)
/** What makes the name another's anywhere between. */
const distances = anyOf(`about|not|never|no longer|anymore|purchase|switch(?:ed|ing)?|looking (?:at|into)|thinking|
  considering|evaluating|comparison|alternative|instead|buy|buying|came in|comes in|heard|told|retir(?:e|es|ed|ing)|
  resign(?:ed)?|quit|left|former`)
/** How one belongs to a name. */
const belongings = anyOf(`from|at|for|joined|(?:work|working|am|are|been|be|employed|serve|position|contract) with|
  (?:employed|sent|retained|asked|authori[sz]ed|appointed|engaged|hired|instructed|contracted) by|
  (?:team|staff|desk|department|office|part|side|member|employee|representative|rep|head|manager|director|customer|
  client|user|name|engineers?) of`)
/** A sentence that begins with the writer and ends at the name: `I am reaching out from the field team at`, `it's Pat from`. */
const writerBefore = new RegExp(
  `(?:(?:^|[.!?:;\\n,]|\\b(?:hello|hi|morning|and|that|because|as))\\s{0,4}${writers}|\\b(?:i|we)(?:'m| am|'re| are))\\b(?! ${experiences}\\b)` +
    `(?:(?!\\b${distances}\\b)[^.!?;\\n]){0,60}\\b${belongings}(?: the| our)?\\s{0,2}$`,
  'u',
)
/** `I opened the box from`: what somebody does with a thing of theirs. Whom they have, a team or a desk, is no thing. */
const thingBefore =
  /\b(?:i|we)\b(?!'| am\b| are\b)[^.!?\n]{0,80}\b(?:the|an?|some|any|this|these|your) (?:[\w-]{1,20} ){0,2}(?!team|desk|staff|department|office|group|division|crew|side|people|folks|lab|bench)[\w-]{2,20} (?:from|by)(?: the)?\s{0,2}$/
/** `in my role at`, `our colleagues of`: somebody's own work. */
const workBefore =
  /\b(?:my|our) (?:new )?(?:role|job|position|post|capacity|work|team|desk|colleagues?|department|office|firm|company|records|systems?|books|files|database|servers?|warehouse|lab|engineers?|technicians?|treasurer|accountants?|accounting|lawyers?|[a-z-]{3,12} close|audit|review)\b[^.!?;\n]{0,30}\b(?:at|with|of|from|in|for)(?: the)?\s{0,2}$/
/** `our name is`, `you know us as`, `as an employee of`. */
const callsItself =
  /(?:\b(?:my|our) (?:name|firm|company|business|employer) is|\byou (?:may )?know (?:us|me) (?:as|from)|(?:^|[.!?\n]\s{0,3}|, )as (?:an?|the|your) (?:(?!reseller|dealer|distributor|competitor|user|customer|client|resident|voter|former)[a-z]{2,14} ){1,3}(?:of|at|for|with))(?: the)?\s{1,2}$/
/** `VR Systems has asked my firm to`: it sends him. */
const sendsWriterAfter =
  /^ (?:has |have )?(?:asked|hired|engaged|commissioned|retained|contracted|appointed|authori[sz]ed|gave|assigned|put) (?:me|us|my|our)\b/
/** `VR Systems has sold its receivables to us`. */
const givesWriterAfter =
  /^ (?:has|have|had) (?:sold|transferred|given|handed|outsourced|moved|assigned|passed)\b[^.!?\n]{0,40}\b(?:to|over to) (?:us|me|my|our)\b/
/** `During the close at VR Systems we noticed`. */
const atName = /\b(?:at|with|from|of)(?: the)?\s{1,2}$/
const weAfter = /^,? we\b/
/** `VR Systems is reviewing all customer records`: what only its own people would tell the reader. */
const mindsCustomersAfter =
  /^ (?:is|are) (?:now |currently |again )?[a-z]{3,14}ing (?:(?:all|every|each|our|your) (?:[a-z]{2,14} )?(?:clerks?|offices?)|(?:its|all|every|each|our|your) (?:[a-z]{2,14} )?(?:customers?|clients?|accounts?|users?|county|counties|jurisdictions?|partners?|contacts?|records?))\b/
/** A name by itself and whose it is: `Hope you are well - Pat from`, `Pat here from`. */
const nameBefore =
  /(?:^|\n|\s[-–—]|,)\s{0,2}[\p{L}'’]{2,20}(?: [\p{L}'’]{2,20})?(?:(?: here)? (?:from|of|at|with)(?: the)?| here,)\s{1,2}$/u
const endsAfter = /^\s{0,2}(?:[.!,;:)\n]|here\b|$)/

/** Who tells of a mail that he got, or of somebody else's: the name is his topic. */
const tellsOf = new RegExp(
  `\\b${anyOf(`got | received | claims? | claiming | pretend(?:s|ing)? | poses | posing | fake | fraud | forged | spoof\\w* |
    phish\\w* | impersonat\\w* | scam | supposedly | allegedly | reporter | worked | complaints? | contracts? | lawsuits? |
    hearings? | reports? | articles? | story | stories | news | inquiry | inquiries | records? requests? | (?:open|public) records | foia |
    public comments? | testimony | questions? | alternative | comparison | versus | research | study | interview | resume |
    application | resell\\w* | competitors?`)}\\b`,
)

/** Whether a place in the text of a mail is one where the writer says who he is. */
export function speaksAsSelf({ before, after }: Beside): boolean {
  const line = before.slice(before.lastIndexOf('\n') + 1)
  if (/\bgreetings from(?: the| all of us at)?\s{1,2}$/.test(line)) return true
  if (greets.test(line) && !/[,.!:;]\s/.test(line)) return false
  if (leadsToSelf.test(before)) return true
  const sentence = before.slice(Math.max(...['.', '!', '?', '\n'].map((end) => before.lastIndexOf(end))) + 1)
  if (tellsOf.test(sentence)) return false
  const isThingOfReaders = thingAfter.test(after) && ofOnesOwn.test(`${sentence} ${after.split(/[.!?\n]/)[0]}`)
  if ((departmentAfter.test(after) && !isThingOfReaders) || (yours.test(before) && yoursAfter.test(after))) return true
  const afterName = after.replace(legalForm, '')
  if (
    callsItself.test(before) ||
    mindsCustomersAfter.test(afterName) ||
    sendsWriterAfter.test(afterName) ||
    givesWriterAfter.test(afterName)
  )
    return true
  if (atName.test(before) && weAfter.test(afterName)) return true
  if (/(?:^|[.!?\n])\s{0,3}$/.test(before) && /^ here\s?[.,!:;-]/.test(after)) return true
  if (workBefore.test(before) || (nameBefore.test(before) && endsAfter.test(after))) return true
  return turnsToReaderAfter.test(afterName) || (writerBefore.test(before) && !thingBefore.test(before))
}

/** `Re:` and the like before a subject. */
const answerMarks = /^\s{0,4}(?:(?:re|fw|fwd|aw|wg|sv)\s{0,2}(?:\[\d{1,2}\])?\s{0,2}:\s{0,4}){0,4}/
/** The rest of a name's tag: `[VR Systems Support] `, `VR Systems: `, `VR Systems - `. */
const tagAfter =
  /^(?: (?:inc|llc|support|help ?desk|customer|client|team|service|services|news|notice|notices|account|billing|training|alert|alerts|update|security|portal))*(?: \w{1,12})?\s{0,2}(?:[\])]|[:|•–—]|[->]\s)/
const tagBefore = /(?:^|[[(|•–—]\s{0,2}|[-:]\s{1,2})$/
const senderBefore =
  /\b(?:from|by|via|your|behalf of|(?:to|for) all|(?:notice|welcome|attention) to|attention)(?: the)?\s{1,2}$/
/** Only in a subject that ends with the name or goes on with what belongs to it. */
const receivesAfter =
  /^(?:\s{0,2}$|\s{0,2}(?:no|nr|number)?\.?\s?#?\d|\s{0,2}[:|–—,]|\s-\s| (?:account|customer|client|user|support|portal|order|invoice|case|ticket|training|subscription|contract|license|licence|system|team))/

/** Whether a name in a subject stands there as the sender's: as its tag, as whom it is from, or as who gives the reader
 *  something. */
export function headsSubject({ before: all, after: left }: Beside): boolean {
  const before = all.replace(answerMarks, '').replace(/\s+/g, ' ')
  const after = left.replace(/\s+/g, ' ').replace(legalForm, '')
  // A tag in brackets is its sender's, whatever it is about.
  if (/[[(]\s?$/.test(before) && before.trim().length === 1 && /^(?: [a-z]{2,12})?\s?[\])]/.test(after)) return true
  if (tellsOf.test(before) || tellsOf.test(after)) return false
  if (senderBefore.test(before) && receivesAfter.test(after)) return true
  if (!tagBefore.test(before)) return false
  if (isAboutReader(after)) return true
  return after.trim() === '' || tagAfter.test(after) || turnsToReaderAfter.test(after) || givesAfter.test(after)
}

/** What goes on about something of the reader's, or is but what one has of a vendor: `VR Systems technician arriving`,
 *  `DS850 licenses lapse: your county`. What wins, sues or passes is news. */
const isAboutReader = (after: string): boolean => /^[^.!?]{0,60}\byour?\b/.test(after) || wordsLeft(after).length === 0

/** `… has shared "Invoice" with you`, `… sent you a file`. */
const givesAfter =
  /^ (?:has |have )?(?:sent|shared|assigned|invited|given|issued|left|added|uploaded)\b[^\n]{0,60}\b(?:you|your)\b/

/** Words beside a name in the text of a link or in a subject for what one has of a vendor; a headline has others. */
const doorWords = new RegExp(
  `\\b${anyOf(`the | your | our | my | an? | to | of | at | in | on | for | from | by | and | with | all | here | now | again |
    new | latest | current | final | updated | go | open | view | see | visit | read | get | sign | log | log-?in | start |
    keep | run | fix | join | renew | activate | enroll | confirm | verify | reset | unlock | approve | pay | track | upload |
    download | page | pages | site | website | web | portal | console | dashboard | manager | viewer | inbox | mailbox |
    mail | e-?mail | message | messages | voicemail | fax | letter | memo | notice | alert | bulletin | advisory | form |
    forms | file | files | folder | drive | share | shared | workspace | archive | attachment | pdf | docx? | xlsx? | zip |
    html? | release | version | update | updates | patch | package | installer | set-?up | kit | tool | tools | readiness |
    order | number | numbers | no | invoice | agreement | contract | statement | quote | proof | proofs | ticket | case |
    document | documents | doc | guide | guides | manual | renewal | license | licenses | licence | licences | certificate |
    key | keys | code | codes | token | policy | terms | profile | roster | list | table | sheet | spreadsheet | data |
    backup | results | report | test | check | checklist | approval | confirmation | verification | password | account |
    subscription | payment | bill | billing | refund | receipt | shipment | tracking | label | training | course |
    registration | enrollment | webinar | recording | video | slides | meeting | call | calendar | schedule | dates | event |
    rehearsal | dress | copy | signed | secure | support | help | chat | contact | technician | engineer | visit | arriving |
    customer | client | service | services | staff | users? | admin | administrator | elections? | ballots? | voters? |
    pollbooks? | poll | books? | tablets? | devices? | machines? | software | firmware | app | link | links | center | team |
    night | hotline | address | inc | llc | com | net | org | us | gov | https? | www | monday | tuesday | wednesday |
    thursday | friday | saturday | sunday | january | february | march | april | may | june | july | august | september |
    october | november | december`)}\\b`,
  'g',
)

const wordsLeft = (rest: string): string[] =>
  rest
    .replace(doorWords, ' ')
    .split(/[^a-z'’]+/)
    .filter((word) => word !== '')
/** What tells of somebody. */
const tellsNews =
  /\b(?:lawsuits?|story|stories|news|articles?|hearings?|opinion|editorial|interview|wins?|won|sues?|sued|sa(?:id|ys)|fail(?:s|ed)|faces?|faced|pass(?:es|ed)|opens?|launch(?:es|ed)|buys|sells|names|fined|accused|why|how|what|who)\b/

/** Whether the text of a link, but for the names in it, is what one opens of whoever has them: `VR Systems portal`,
 *  `Marlow County invoice 28851.pdf`, `press room`. A headline has more words, and tells. */
export const isDoor = (rest: string): boolean =>
  !tellsNews.test(rest) && wordsLeft(rest).length <= 2 && rest.trim().split(/\s+/).length < headlineFrom
/** Words from which on a link is called by a sentence. */
const headlineFrom = 9

/** Words that stand beside a name on a picture that shows it as a mark. */
const markWords =
  /\b(?:the|logo|logos|banner|header|footer|icon|image|picture|brand|mark|seal|official|company|welcome|to|of|inc|llc|home|home ?page|®|™)\b/g

/** Whether the text of a picture is a name as a logo has it: it begins with the name, or has little else. */
export const isMark = ({ before, after }: Beside): boolean =>
  before.trim() === '' || `${before} ${after}`.replace(markWords, ' ').replace(/[^a-z0-9]+/g, '') === ''

/** Whether a name stands as the writer's own at one of its places. */
export const isAt = ({ surroundings }: NameFound, isSo: (beside: Beside) => boolean): boolean => surroundings.some(isSo)
