/** Header frames: which fields a mail has besides its own, and in which order. They are taken from modern mail where the
 *  corpora are there, else invented in the same manner; every class of mail draws from the same frames. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readHeaders } from '../../src/formats/mail/header-fields.ts'
import { readMail } from '../../src/formats/mail/read-mail.ts'
import type { Random } from '../recording/random.ts'

/** Fields that every mail fills itself, by name, and others as they stand. */
export type FrameField = { readonly slot: string } | { readonly line: string }
export type Frame = readonly FrameField[]

/** Ham: frames and what people write about. */
export interface Ham {
  readonly frames: readonly Frame[]
  readonly texts: readonly { readonly subject: string; readonly text: string }[]
  readonly isReal: boolean
}

const slots = new Set([
  'from',
  'to',
  'subject',
  'date',
  'message-id',
  'reply-to',
  'in-reply-to',
  'references',
  'mime-version',
  'content-type',
])
/** What programs of senders add. Fields that name hosts, lists, signatures or people are left out. */
const kept = new Set(
  'user-agent x-mailer content-language accept-language thread-topic importance x-priority priority x-ms-has-attach organization x-msmail-priority auto-submitted'.split(
    ' ',
  ),
)

function frameOf(bytes: Uint8Array): Frame {
  const fields: FrameField[] = []
  const seen = new Set<string>()
  for (const { name, raw, value } of readHeaders(bytes, 0, bytes.length).headers) {
    if (seen.has(name)) continue
    seen.add(name)
    if (slots.has(name)) fields.push({ slot: name })
    else if (name === 'thread-topic') fields.push({ slot: 'thread-topic' })
    else if (kept.has(name) && value.length < 200) fields.push({ line: raw.replace(/\r?\n/g, '\r\n') })
  }
  for (const name of ['mime-version', 'from', 'date', 'message-id', 'subject', 'to', 'content-type'])
    if (!seen.has(name)) fields.push({ slot: name })
  return fields
}

/** Ham of the corpora; undefined where they are not there. */
export function readHam(corpora: string, countMax = 600): Ham | undefined {
  const folder = join(corpora, 'mail', 'ham-list')
  if (!existsSync(folder)) return undefined
  const frames: Frame[] = []
  const texts: { subject: string; text: string }[] = []
  for (const name of readdirSync(folder).sort().slice(0, countMax)) {
    const bytes = readFileSync(join(folder, name))
    const read = readMail(bytes, { source: name, line: 1, offset: 0, length: bytes.length })
    if (!read.ok) continue
    frames.push(frameOf(bytes))
    const text = read.value.text.replace(/\s+/g, ' ').slice(0, 1_500)
    texts.push({ subject: read.value.subject, text })
  }
  return { frames, texts, isReal: true }
}

const programs = [
  ['X-Mailer: Microsoft Outlook 16.0', 'Content-Language: en-us', 'Thread-Topic:'],
  ['User-Agent: Mozilla Thunderbird', 'Content-Language: en-US'],
  ['X-Mailer: Apple Mail (2.3654.120.0.1.13)'],
  ['Accept-Language: en-US', 'Content-Language: en-US', 'X-MS-Has-Attach:', 'Thread-Topic:'],
  [],
]
const subjects = [
  'Minutes of Tuesday',
  'Parking on election day',
  'Lunch order',
  'Poll worker schedule',
  'Question about the budget',
  'Room change',
  'Press call at ten',
]
const sentences = [
  'The room on the second floor is free again from noon on.',
  'Please send me the list of poll workers who said yes.',
  'The county board moved the meeting to Thursday.',
  'I put the signs into the storage room next to the ballots of last year.',
  'Can somebody call the school about the keys for the gym?',
  'The printer on our floor is out of toner again.',
  'Attached hours are final, unless payroll says otherwise.',
  'We had forty people in line when the doors opened.',
]

/** Ham that is invented, where there are no corpora. */
export function inventHam(random: Random, count = 200): Ham {
  const order = ['from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'content-type']
  const frames = Array.from({ length: count }, (): Frame => {
    const names = random.shuffle([
      ...order,
      ...(random.chance(0.5) ? ['in-reply-to', 'references'] : []),
      ...(random.chance(0.3) ? ['reply-to'] : []),
    ])
    const lines = random
      .pick(programs)
      .map((line): FrameField => (line === 'Thread-Topic:' ? { slot: 'thread-topic' } : { line }))
    return [...names.map((slot) => ({ slot })), ...lines]
  })
  const texts = Array.from({ length: count }, () => ({
    subject: random.pick(subjects),
    text: random.shuffle(sentences).slice(0, random.integer(2, 5)).join(' '),
  }))
  return { frames, texts, isReal: false }
}
