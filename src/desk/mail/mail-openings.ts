/** Opens what brings mail: the port or socket that a mail server asks at, and the mailboxes that are looked into. */
import { isAbsolute, join } from 'node:path'
import { limits } from '../../core/limits.ts'
import type { MailboxDefinition, MailDefinition, MilterDefinition } from '../../sources/definition.ts'
import { decisionOn, gateHeaders } from '../../sources/mail/mail-gate.ts'
import { Milter } from '../../sources/mail/milter.ts'
import type { ArrivingMail } from '../../sources/mail/milter-session.ts'
import type { Mailbox, MailboxParts } from '../../sources/mail/received-mail.ts'
import { errorCode } from '../../sources/problem.ts'
import type { Store } from '../../store/store.ts'
import type { SourceOpening } from '../source-desk.ts'
import type { MailIntake } from './mail-intake.ts'

/** What an opening of mail works with. */
export interface MailOpeningParts {
  readonly intake: MailIntake
  readonly store: Store
  readonly clock: () => number
  /** Secrets that the configuration names without a whole path lie here. */
  readonly folder: string
  /** Mails of a source that were not written down. */
  lost(): number
}

/** Settings of the store: how far a source's mailboxes were read. */
const cursorSetting = (definition: MailDefinition): string => `mail.cursor.${definition.id}`

/** Opens a source of mail. What cannot be opened says so in its state. */
export async function openMailSource(
  definition: MilterDefinition | MailboxDefinition,
  parts: MailOpeningParts,
): Promise<SourceOpening> {
  if (definition.kind === 'milter') return await openMilter(definition, parts)
  const mailbox = await openMailbox(definition, parts)
  return {
    state: () => {
      const { problem, notes } = mailbox.state()
      return { problem, notes, lost: parts.lost() }
    },
    close: () => mailbox.close(),
  }
}

/** Each way is loaded where it is named: most offices have one. */
async function openMailbox(definition: MailboxDefinition, parts: MailOpeningParts): Promise<Mailbox> {
  const { intake, store, clock, folder } = parts
  const name = cursorSetting(definition)
  const whole = (path: string): string => (isAbsolute(path) ? path : join(folder, path))
  const common: MailboxParts = {
    receive: (mail) => intake.takePatiently(definition.id, mail),
    cursor: { load: () => store.setting(name), save: (position) => store.saveSetting(name, position) },
    nowMs: clock,
  }
  switch (definition.kind) {
    case 'imap': {
      const { openImapMailbox } = await import('../../sources/mail/imap.ts')
      return openImapMailbox({ ...definition, passwordPath: whole(definition.passwordPath) }, common)
    }
    case 'microsoft-365': {
      const { openGraphMailboxes } = await import('../../sources/mail/graph.ts')
      return openGraphMailboxes({ ...definition, secretPath: whole(definition.secretPath) }, common)
    }
    case 'google-workspace': {
      const { openGmailMailboxes } = await import('../../sources/mail/gmail.ts')
      return openGmailMailboxes({ ...definition, keyPath: whole(definition.keyPath) }, common)
    }
  }
}

async function openMilter(definition: MilterDefinition, parts: MailOpeningParts): Promise<SourceOpening> {
  const { intake, folder, clock } = parts
  const { id, mode, address, port, socketPath } = definition
  let said: { readonly problem: string; readonly untilMs: number } | undefined
  const milter = new Milter({
    judge: async (arriving) => decisionOn(mode, await intake.takeNow(id, receivedOf(arriving))),
    tell: (problem) => {
      said = { problem, untilMs: clock() + limits.troubleShownMs }
    },
    ownHeaders: new Set(Object.values(gateHeaders).map((name) => name.toLowerCase())),
  })
  try {
    await intake.warmUp()
    if (socketPath === undefined) await milter.listen(port, address)
    else await milter.listenAt(isAbsolute(socketPath) ? socketPath : join(folder, socketPath))
  } catch (error) {
    const where = socketPath ?? `${address} port ${port}`
    const problem = `The desk cannot listen for the mail server at ${where} (${causeOf(error)}). Mail flows unchecked. Choose another port or socket in the configuration.`
    return { state: () => ({ problem, notes: [], lost: 0 }), close: () => Promise.resolve() }
  }
  return {
    state: () => {
      const { mails } = milter.counts
      const notes = [`${mails.toLocaleString('en-US')} mails since the desk was started.`]
      const isNow = said !== undefined && said.untilMs > clock()
      return { problem: undefined, notes: isNow ? [...notes, said?.problem ?? ''] : notes, lost: parts.lost() }
    },
    close: () => milter.close(),
  }
}

/** The system's word, or a sentence of ours. */
const causeOf = (error: unknown): string =>
  error instanceof Error && !('code' in error) ? error.message : errorCode(error)

function receivedOf({ bytes, client, envelopeFrom, envelopeTo, queueId }: ArrivingMail) {
  const origin = queueId === '' ? 'the mail server' : `the mail server, queue ${queueId}`
  return { bytes, origin, delivery: { client, envelopeFrom, envelopeTo } }
}
