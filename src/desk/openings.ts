/** What a source needs beside the analysis: a port that listens, a drop folder that is looked at. What they notice becomes
 *  findings. */
import { isAbsolute, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { limits } from '../core/limits.ts'
import type { DropDefinition, SourceDefinition, SyslogDefinition } from '../sources/definition.ts'
import { DropFolder } from '../sources/drop/drop-folder.ts'
import type { Journal } from '../sources/listen/journal.ts'
import { openSyslog } from '../sources/listen/syslog.ts'
import type { Store } from '../store/store.ts'
import type { Noticed } from './analysis/protocol.ts'
import type { DataFolder } from './data-folder.ts'
import type { MailIntake } from './mail/mail-intake.ts'
import { openMailSource } from './mail/mail-openings.ts'
import { judgeApart } from './software/comparisons.ts'
import type { SourceOpening } from './source-desk.ts'

/** What an opening works with. */
export interface OpeningParts {
  readonly folder: DataFolder
  readonly journal: Journal
  readonly clock: () => number
  readonly store: Store
  readonly mail: MailIntake
  notice(noticed: Noticed): void
  /** A list of software was kept. */
  onSoftware(): void
}

/** Where lists of software are kept. */
export const softwareShelfPath = (folder: DataFolder): string => join(folder.path, 'software')

/** Opens what a definition needs; nothing where the analysis reads it alone. */
export async function openSource(
  definition: SourceDefinition,
  parts: OpeningParts,
): Promise<SourceOpening | undefined> {
  switch (definition.kind) {
    case 'syslog':
      return await openPort(definition, parts)
    case 'drop':
      return await openDrop(definition, parts)
    case 'follow':
    case 'push':
    case 'upload':
    case 'mail-upload':
      return undefined
    case 'milter':
    case 'imap':
    case 'microsoft-365':
    case 'google-workspace': {
      const { journal, clock, store, mail, folder } = parts
      const lost = (): number => journal.loss(definition.id).lost
      return await openMailSource(definition, { intake: mail, store, clock, folder: folder.path, lost })
    }
  }
}

/** What does not open, and why. */
const failed = (problem: string): SourceOpening => ({
  state: () => ({ problem, notes: [], lost: 0 }),
  close: () => Promise.resolve(),
})

async function openDrop(definition: DropDefinition, parts: OpeningParts): Promise<SourceOpening> {
  const { journal, folder, clock, notice, onSoftware } = parts
  const shelfPath = softwareShelfPath(folder)
  const notes = new Map<string, string>()
  /** What came is imported once: what is being judged of it is waited for at the end. */
  const underWay = new Set<Promise<unknown>>()
  const opened = await DropFolder.open({
    definition,
    journal,
    workFolder: join(folder.uploadsPath, definition.id),
    nowMs: clock,
    onRefused: ({ file, reason }) => {
      const target = `${file}: ${reason}`
      const rule = 'bundle-refused'
      notice({ kind: rule, rule, level: 'medium', target, sourceId: definition.id, timeMs: clock() })
    },
    onImported: ({ software }) => {
      for (const received of software) {
        const judging: Promise<unknown> = judgeApart({
          shelfPath,
          received,
          about: { sourceId: definition.id, timeMs: clock() },
        })
          .then(({ noticed, note }) => {
            if (noticed !== undefined) notice(noticed)
            if (note !== undefined) notes.set(`${received.machine} ${received.name}`, note)
            onSoftware()
          })
          .catch((error: unknown) =>
            notes.set(received.name, `A list of software could not be kept (${String(error)}).`),
          )
          .finally(() => underWay.delete(judging))
        underWay.add(judging)
      }
    },
  })
  if (!opened.ok) return failed(opened.error)
  const drop = opened.value
  return {
    state: () => {
      const { isThere, imported, problem } = drop.state()
      return {
        problem,
        notes: [isThere ? `${imported} taken in so far.` : 'The stick is not in.', ...notes.values()],
        lost: 0,
      }
    },
    close: async () => {
      await drop.close()
      await Promise.race([Promise.all(underWay), delay(limits.stopMsMax / 2, undefined, { ref: false })])
    },
  }
}

async function openPort(definition: SyslogDefinition, parts: OpeningParts): Promise<SourceOpening> {
  const { folder, journal, clock, notice } = parts
  const { certificatePath, keyPath, clientCaPath, ...rest } = definition
  const paths = Object.entries({ certificatePath, keyPath, clientCaPath }).flatMap(([name, path]) =>
    path === undefined ? [] : [[name, isAbsolute(path) ? path : join(folder.path, path)] as const],
  )
  const opened = await openSyslog({ ...rest, ...Object.fromEntries(paths) }, journal, {
    keysFolder: folder.keysPath,
    nowMs: clock(),
  })
  if (!opened.ok) return failed(opened.error.message)
  const listener = opened.value
  let lostSaid = 0
  return {
    state: () => {
      const { notes, lost } = listener.state()
      if (lost > lostSaid) {
        lostSaid = lost
        const rule = 'messages-lost'
        notice({ kind: rule, rule, level: 'low', target: definition.title, sourceId: definition.id, timeMs: clock() })
      }
      return { problem: undefined, notes, lost }
    },
    close: () => listener.close(),
  }
}
