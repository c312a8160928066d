/** The sets of mail that are measured: the corpora's, where they are there, and generated ones; each with its clusters. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MailMessage } from '../../src/formats/mail/message.ts'
import { readMail } from '../../src/formats/mail/read-mail.ts'
import { readHam } from '../mail-generator/frames.ts'
import { type MailSet, type MailTruth, makeMailSet, type SetSize } from '../mail-generator/mail-set.ts'
import { clusterTexts } from './mail-figures.ts'

/** A mail with what is needed to score it. */
export interface MeasuredMail {
  readonly id: string
  readonly bytes: Uint8Array
  readonly cluster: string
  readonly truth?: MailTruth
}

/** Reads a mail that can be read; all of these can. */
export function messageOf({ id, bytes }: { readonly id: string; readonly bytes: Uint8Array }): MailMessage {
  const read = readMail(bytes, { source: id, line: 1, offset: 0, length: bytes.length })
  if (!read.ok) throw new Error(`${id}: ${read.error.message}`)
  return read.value
}

/** Sets of the corpora by name. */
export const corpusNames = ['phish', 'ham-list', 'ham-hard', 'ham-2002'] as const
export type CorpusName = (typeof corpusNames)[number]

/** A corpus with its clusters of near-duplicates; undefined where it is not there. */
export function corpusMails(corpora: string, name: CorpusName): MeasuredMail[] | undefined {
  const folder = join(corpora, 'mail', name)
  if (!existsSync(folder)) return undefined
  const files = readdirSync(folder).sort()
  const mails = files.map((file) => ({ id: `${name}/${file}`, bytes: readFileSync(join(folder, file)) }))
  const clusters = clusterTexts(
    mails.map((mail) => {
      const { subject, text } = messageOf(mail)
      return `${subject}\n${text}`.slice(0, 6_000)
    }),
  )
  return mails.map((mail, index) => ({ ...mail, cluster: `${name} ${clusters[index]}` }))
}

/** A generated set, made with the corpora's headers and plain mail where they are there. */
export function generatedSet(corpora: string, seed: number, size: SetSize): MailSet {
  return makeMailSet(seed, size, readHam(corpora))
}
