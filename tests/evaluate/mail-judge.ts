/** The mail watch as it is measured: verdicts on mails in the order given, with the shipped identities and the invented ones
 *  of a generated set. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { examine } from '../../src/formats/documents/examine.ts'
import { openBarCodeReader } from '../../src/sources/bar-codes/zxing-reader.ts'
import { mailCodes } from '../../src/sources/mail/mail-codes.ts'
import { MailChecker } from '../../src/watches/mail/check.ts'
import { emptyIdentity, type ProtectedIdentity } from '../../src/watches/mail/identity.ts'
import { emptyMailOffice } from '../../src/watches/mail/mail-office.ts'
import { shippedIdentities } from '../../src/watches/mail/shipped-identities.ts'
import type { MailVerdict } from '../../src/watches/mail/verdict.ts'
import type { MailSet, MailTruth } from '../mail-generator/mail-set.ts'
import { type MeasuredMail, messageOf } from './mail-sets.ts'

/** A mail with what the watch said of it. */
export interface Judged {
  readonly mail: MeasuredMail
  readonly verdict: MailVerdict
}

/** The invented vendors as an office would enter them. */
export const identitiesOf = ({ vendors }: MailSet): ProtectedIdentity[] =>
  vendors
    .filter(({ isInvented }) => isInvented)
    .map(({ isInvented: _isInvented, ...vendor }) => ({ ...emptyIdentity, ...vendor }))

/** Judges the mails of a generated set in the order of time; the mails of before are learnt, not judged. */
export async function judgeSet(set: MailSet, seed: number): Promise<Judged[]> {
  const reader = await openBarCodeReader()
  const checker = new MailChecker({
    identities: [...shippedIdentities, ...identitiesOf(set)],
    office: { ...emptyMailOffice, ...set.office },
    examine,
  })
  const judged: Judged[] = []
  for (const { truth, bytes } of set.mails) {
    const mail: MeasuredMail = { id: `${seed}/${truth.file}`, bytes, cluster: clusterOf(truth, seed), truth }
    const message = messageOf(mail)
    if (truth.label === 'history') checker.learn(message)
    else judged.push({ mail, verdict: checker.check(message, { codes: await mailCodes(message, reader, examine) }) })
  }
  return judged
}

const clusterOf = (truth: MailTruth, seed: number): string => `${seed}/${truth.campaign || truth.file}`

/** Judges mails of the corpora as one stream, in the order given. */
export function judgeStream(mails: readonly MeasuredMail[], identities: readonly ProtectedIdentity[]): Judged[] {
  const checker = new MailChecker({ identities: [...shippedIdentities, ...identities], examine })
  return mails.map((mail) => ({ mail, verdict: checker.check(messageOf(mail)) }))
}

/** Mails a second of one core, reading and all checks included, and the most memory, of a process of its own. */
export function measureSpeed(folder: string): { mailsPerSecond: number; memoryMib: number } {
  const script = join(import.meta.dirname, 'mail-speed.ts')
  const { stdout, status } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' })
  if (status !== 0) throw new Error('Measuring the speed failed.')
  return JSON.parse(stdout) as { mailsPerSecond: number; memoryMib: number }
}
