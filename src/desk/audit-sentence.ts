/** A row of the audit trail as a sentence. */
import type { AuditRow } from '../store/store.ts'
import { localDay } from './local-time.ts'

type Say = (object: string, details: AuditRow['details']) => string

const text = (value: AuditRow['details'][string] | undefined): string =>
  value === undefined ? '' : Array.isArray(value) ? value.join(', ') : String(value)

const until = (details: AuditRow['details']): string => {
  const timeMs = Date.parse(text(details.until))
  return Number.isNaN(timeMs) ? '' : ` until ${localDay(timeMs)}`
}

const sentences: Readonly<Record<string, Say>> = {
  'incident.acknowledged': (_, details) => `Took up the incident “${text(details.title)}”.`,
  'incident.contained': (_, details) => `Said that the incident “${text(details.title)}” is contained.`,
  'incident.closed': (_, details) => `Closed the incident “${text(details.title)}”.`,
  'incident.new': (_, details) => `Opened the incident “${text(details.title)}” again.`,
  'incident.note': (object) => `Wrote a note on ${object}.`,
  'step.done': (_, details) => `Did the step “${text(details.step)}”`,
  'step.undone': (_, details) => `Took back that the step was done: “${text(details.step)}”`,
  'block.apply': (object, details) => `Blocked ${object}${until(details)}: ${text(details.reason)}`,
  'block.lift': (object) => `Lifted the block of ${object}.`,
  'block.expire': (object) => `The block of ${object} came to its end.`,
  'blocks.automatic': (_, details) =>
    text(details.kinds) === ''
      ? 'Switched automatic blocks off.'
      : `Switched automatic blocks on for ${text(details.kinds)}.`,
  'never-block.add': (object, details) => `Put ${object} on the never-block list: ${text(details.reason)}`,
  'never-block.remove': (object) => `Took ${object} off the never-block list.`,
  'source.add': (object, details) => `Added the source “${text(details.title)}” (${object}).`,
  'source.remove': (object) => `Removed the source ${object}.`,
  'source.upload': (object) => `Put in the file ${object}.`,
  hunt: (_, details) => `Searched the archive: ${text(details.matches)} records matched.`,
  'hunt.sql': (_, details) => `Asked the archive in SQL: ${text(details.rows)} rows.`,
  'indicators.add': (object, details) => `Loaded the list “${object}” of ${text(details.addresses)} addresses.`,
  'indicators.remove': (object) => `Removed the list “${object}”.`,
  'mail.identity.save': (object, details) =>
    `Wrote down in the registry of mail that ${object} writes from ${text(details.domains)}.`,
  'mail.identity.remove': (object) => `Took ${object} out of the registry of mail.`,
  'mail.identity.import': (object, details) =>
    `Took ${text(details.taken)} entries of the list “${object}” into the registry of mail.`,
  'rule.off': (_, details) => `Switched the rule “${text(details.title)}” off: ${text(details.reason)}`,
  'rule.on': (_, details) => `Switched the rule “${text(details.title)}” on again.`,
  'software.keep': (_, details) =>
    `Made the list of ${text(details.folder)} that came from ${text(details.machine)} the baseline.`,
  'demonstration.end': () => 'Ended the demonstration.',
  'sign-in': (_, details) => `Signed in by ${text(details.how)} from ${text(details.address)}.`,
  'sign-in.refused': (object, details) =>
    `Signing in as ${object} failed: ${text(details.failures)} in a row from one place.`,
  'sign-out.everywhere': () => 'Signed out on all devices.',
  'account.create': (object, details) =>
    `Made the account of ${object} (${text(details.role)}), by ${text(details.way)}.`,
  'account.invite': (object) => `Made a link for a new account (${object}).`,
  'account.reset-link': (object) => `Made a link with which ${object} sets up the account anew.`,
  'account.reset': (object, details) => `Set up the account of ${object} anew, by ${text(details.way)}.`,
  'account.role': (object, details) => `Made ${object} ${text(details.role)}.`,
  'account.disable': (object) => `Switched the account of ${object} off.`,
  'account.enable': (object) => `Switched the account of ${object} on again.`,
  'passkey.add': (object) => `Added the passkey “${object}”.`,
  'passkey.remove': (object) => `Removed the passkey “${object}”.`,
  'push-token.create': (object, details) => `Made the token “${text(details.name)}” for what is sent to ${object}.`,
  'push-token.remove': (object, details) => `Removed the token “${text(details.name)}” of ${object}.`,
  'feed.on': () => 'Let firewalls fetch the block list, by a new token.',
  'feed.off': () => 'Ended the block list for firewalls.',
  'evidence.download': (object, details) => `Downloaded the ${text(details.lines)} lines of evidence of ${object}.`,
  'desk.start': () => 'The desk was started.',
  'desk.stop': () => 'The desk was stopped.',
}

/** What a row says, for a person. */
export function auditSentence(row: AuditRow): string {
  const say = sentences[row.action]
  if (say !== undefined) return say(row.object, row.details)
  const details = Object.entries(row.details).map(([name, value]) => `${name} ${text(value)}`)
  return [`${row.action}: ${row.object}`, ...details].join(', ')
}
