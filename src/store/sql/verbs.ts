/** The verbs of the store port as every SQL adapter carries them out, each known as reading or writing. What concerns the
 *  database as a whole (backup, integrity, close) is each adapter's own. */
import type { Store } from '../store.ts'
import { assignments, checkpoint, commit, type PreparedCommit, prepareCommit } from './commit.ts'
import { block, blocks, hunts, saveBlock, saveHunt, saveSetting, setting } from './decided.ts'
import { incidentCounts, incidents } from './incident-list.ts'
import { addNote, decide, evidence, evidenceLine, incident, markStep, unmarkStep } from './incidents.ts'
import { campaignSizes, mail, mails, mailsOfCampaign } from './mails.ts'
import { writePage } from './pages.ts'
import * as people from './people.ts'
import { ruleFires } from './rule-fires.ts'
import { addSource, rejects, removeSource, sourceHours, sources, storedSources } from './sources.ts'
import type { Row, Verb } from './step.ts'
import { audit, auditRows, checkTrail, type TrailCheck, type TrailPosition, trailStart } from './trail.ts'
import { clear, type ForgetBefore, forgetSome } from './upkeep.ts'

/** Verbs of the port that are SQL and nothing else. */
export type PlainVerbName = Exclude<keyof Store, 'commit' | 'forget' | 'auditBreak' | 'backup' | 'integrity' | 'close'>

/** What each verb is given and answers. */
export type VerbSignatures = {
  readonly [Name in PlainVerbName]: (...given: Parameters<Store[Name]>) => Awaited<ReturnType<Store[Name]>>
} & {
  readonly commit: (prepared: PreparedCommit) => void
  readonly forgetSome: (before: ForgetBefore) => boolean
  readonly checkTrail: (from: TrailPosition) => TrailCheck
  readonly writePage: (table: string, rows: readonly Row[]) => void
}

/** Verbs that SQL adapters carry out. */
export type VerbName = keyof VerbSignatures
/** What a verb is given. */
export type Given<Name extends VerbName> = Parameters<VerbSignatures[Name]>
/** What a verb answers. */
export type Answer<Name extends VerbName> = ReturnType<VerbSignatures[Name]>

interface SqlVerb<Name extends VerbName> {
  readonly writes: boolean
  readonly steps: (...given: Given<Name>) => Verb<Answer<Name>>
}

const reads = <Steps>(steps: Steps) => ({ writes: false, steps }) as const
const writes = <Steps>(steps: Steps) => ({ writes: true, steps }) as const

export const verbs: { readonly [Name in VerbName]: SqlVerb<Name> } = {
  commit: writes(commit),
  checkpoint: reads(checkpoint),
  assignments: reads(assignments),
  incidents: reads(incidents),
  incidentCounts: reads(incidentCounts),
  incident: reads(incident),
  decide: writes(decide),
  markStep: writes(markStep),
  unmarkStep: writes(unmarkStep),
  addNote: writes(addNote),
  evidence: reads(evidence),
  evidenceLine: reads(evidenceLine),
  ruleFires: reads(ruleFires),
  sources: reads(sources),
  sourceHours: reads(sourceHours),
  rejects: reads(rejects),
  addSource: writes(addSource),
  removeSource: writes(removeSource),
  storedSources: reads(storedSources),
  mails: reads(mails),
  mail: reads(mail),
  mailsOfCampaign: reads(mailsOfCampaign),
  campaignSizes: reads(campaignSizes),
  saveBlock: writes(saveBlock),
  block: reads(block),
  blocks: reads(blocks),
  saveAccount: writes(people.saveAccount),
  accounts: reads(people.accounts),
  account: reads(people.account),
  accountNamed: reads(people.accountNamed),
  takeTotpStep: writes(people.takeTotpStep),
  savePasskey: writes(people.savePasskey),
  passkeys: reads(people.passkeys),
  passkey: reads(people.passkey),
  removePasskey: writes(people.removePasskey),
  saveSession: writes(people.saveSession),
  session: reads(people.session),
  removeSession: writes(people.removeSession),
  removeSessionsOf: writes(people.removeSessionsOf),
  saveLink: writes(people.saveLink),
  link: reads(people.link),
  takeLink: writes(people.takeLink),
  savePushToken: writes(people.savePushToken),
  pushToken: reads(people.pushToken),
  pushTokens: reads(people.pushTokens),
  removePushToken: writes(people.removePushToken),
  audit: writes(audit),
  auditRows: reads(auditRows),
  checkTrail: reads(checkTrail),
  setting: reads(setting),
  saveSetting: writes(saveSetting),
  saveHunt: writes(saveHunt),
  hunts: reads(hunts),
  clear: writes(clear),
  forgetSome: writes(forgetSome),
  writePage: writes(writePage),
}

/** Carries out verbs: one database does it in a thread of its own, another over a network. */
export type CallVerb = <Name extends VerbName>(name: Name, given: Given<Name>) => Promise<Answer<Name>>

/** Verbs that are not the port's, or are given something else. */
const ownNames: readonly string[] = ['commit', 'forgetSome', 'checkTrail', 'writePage']

/** The store's verbs over what carries them out. `now` is the desk's clock. */
export function verbsOver(call: CallVerb, now: () => number): Omit<Store, 'backup' | 'integrity' | 'close'> {
  const plain = Object.keys(verbs).filter((name) => !ownNames.includes(name)) as PlainVerbName[]
  const over = Object.fromEntries(
    plain.map((name) => [name, (...given: Given<PlainVerbName>) => call(name, given as never)]),
  ) as unknown as Pick<Store, PlainVerbName>
  return {
    ...over,
    // Also what cannot be prepared is a promise that rejects.
    commit: async (given) => call('commit', [prepareCommit(given, now())]),
    // Some entries at a time, so that others get their turn: the trail only grows meanwhile.
    auditBreak: async () => {
      for (let from = trailStart; ; ) {
        const found = await call('checkTrail', [from])
        if ('brokenAt' in found) return found.brokenAt
        from = found.goOn
      }
    },
    forget: async (before) => {
      while (await call('forgetSome', [before])) {
        // Each round is a verb of its own.
      }
    },
  }
}
