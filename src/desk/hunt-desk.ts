/** Searching what was kept: the questions of the Hunt page, lists of known bad addresses, and the search backwards that
 *  each new list causes. */
import { randomUUID } from 'node:crypto'
import { counted } from '../core/counts.ts'
import type { SourceId } from '../core/ids.ts'
import { limits } from '../core/limits.ts'
import { ok } from '../core/result.ts'
import { readIndicatorList } from '../formats/indicator-list.ts'
import type { Archive } from '../store/archive/archive.ts'
import type { HuntAnswer, HuntQuery } from '../store/archive/hunt.ts'
import type { HuntRecord } from '../store/store.ts'
import type { IndicatorText } from './analysis/protocol.ts'
import type { HuntAnswerView, HuntBody, HuntPageView, SqlAnswerView } from './api/hunt.ts'
import type { DeskResult, Person } from './desk.ts'
import { type DeskParts, refuse, writeDown } from './desk-parts.ts'
import { localTime } from './local-time.ts'

/** The setting of the store. */
export const indicatorSetting = 'hunt.indicators'

/** A list that the office loaded, as it is stored. */
interface KeptList extends IndicatorText {
  readonly addressCount: number
  readonly addedBy: string
  readonly addedAtMs: number
}

const noArchive = () =>
  refuse('unavailable', 'Nothing is kept to be searched: the archive is switched off in the configuration file.')

/** The searches of a desk. */
export class HuntDesk {
  readonly #parts: DeskParts
  readonly #archive: Archive | undefined
  /** Told when the lists change, so that the analysis knows them. */
  readonly #onLists: (lists: readonly IndicatorText[]) => void

  constructor(parts: DeskParts, archive: Archive | undefined, onLists: (lists: readonly IndicatorText[]) => void) {
    this.#parts = parts
    this.#archive = archive
    this.#onLists = onLists
  }

  async lists(): Promise<readonly KeptList[]> {
    const kept = await this.#parts.store.setting(indicatorSetting)
    return Array.isArray(kept) ? (kept as KeptList[]) : []
  }

  async page(): Promise<HuntPageView> {
    const { store } = this.#parts
    const [lists, hunts] = await Promise.all([this.lists(), store.hunts(limits.huntsShownMax)])
    const stats = await this.#archive?.stats()
    const kept = stats?.ok === true ? stats.value : undefined
    return {
      indicatorLists: lists.map(({ name, addressCount, addedBy, addedAtMs }) => ({
        name,
        addressCount,
        addedBy,
        addedAtMs,
      })),
      hunts: hunts.map(({ id, title, by, atMs, state, matches, summary }) => ({
        ...{ id, title, by, atMs, state, matches },
        summary: [...summary],
      })),
      ...(kept?.keptSinceMs === undefined ? {} : { keptSinceMs: kept.keptSinceMs }),
      records: kept?.records ?? 0,
      bytes: kept?.bytes ?? 0,
    }
  }

  async hunt(body: HuntBody, who: Person): DeskResult<HuntAnswerView> {
    if (this.#archive === undefined) return noArchive()
    const { sourceId, ...rest } = body
    const query = { ...rest, ...(sourceId === undefined ? {} : { sourceId: sourceId as SourceId }) } as HuntQuery
    const answer = await this.#archive.hunt(query)
    if (!answer.ok) return refuse(answer.error.code === 'bad-query' ? 'refused' : 'unavailable', answer.error.message)
    await writeDown(this.#parts, who.name, 'hunt', 'archive', {
      addresses: body.addresses?.length ?? 0,
      matches: answer.value.total,
    })
    return ok(answerView(answer.value))
  }

  async sql(sql: string, who: Person): DeskResult<SqlAnswerView> {
    if (this.#archive === undefined) return noArchive()
    const answer = await this.#archive.sql(sql)
    if (!answer.ok) return refuse(answer.error.code === 'bad-query' ? 'refused' : 'unavailable', answer.error.message)
    await writeDown(this.#parts, who.name, 'hunt.sql', 'archive', { rows: answer.value.rows.length })
    const { columns, rows, isCut, tookMs } = answer.value
    return ok({ columns: [...columns], rows: rows.map((row) => [...row]), cut: isCut, tookMs })
  }

  async addIndicators(name: string, text: string, who: Person): DeskResult<{ readonly huntId: string }> {
    const list = readIndicatorList(name, text)
    if (list.addresses.size === 0) {
      return refuse(
        'refused',
        'This list holds no address. Give one address or range a line, or a CSV with a column of them.',
      )
    }
    const { store, clock, events } = this.#parts
    const lists = (await this.lists()).filter((one) => one.name !== name)
    if (lists.length >= limits.indicatorListsMax) {
      return refuse('refused', `There are ${lists.length} lists already. Remove one that is out of date first.`)
    }
    const kept: KeptList = { name, text, addressCount: list.addresses.size, addedBy: who.name, addedAtMs: clock() }
    await store.saveSetting(indicatorSetting, [...lists, kept])
    await writeDown(this.#parts, who.name, 'indicators.add', name, { addresses: list.addresses.size })
    this.#onLists([...lists, kept])
    const hunt: HuntRecord = {
      id: `hunt-${randomUUID()}`,
      title: `The list “${name}” searched backwards`,
      query: { indicatorList: name },
      by: who.name,
      atMs: clock(),
      state: 'running',
      matches: 0,
      summary: [],
    }
    await store.saveHunt(hunt)
    events.say('hunts', hunt.id)
    void this.#searchBackwards(hunt, kept)
    return ok({ huntId: hunt.id })
  }

  async #searchBackwards(hunt: HuntRecord, list: IndicatorText): Promise<void> {
    const parsed = readIndicatorList(list.name, list.text)
    const answer = await this.#archive?.hunt({ limit: 1 }, [parsed])
    const done: HuntRecord =
      answer === undefined || !answer.ok
        ? {
            ...hunt,
            state: 'failed',
            summary: [answer?.error.message ?? 'Nothing is kept to be searched: the archive is switched off.'],
          }
        : { ...hunt, state: 'done', matches: answer.value.total, summary: summaryOf(answer.value) }
    await this.#parts.store.saveHunt(done)
    this.#parts.events.say('hunts', hunt.id)
    if (done.matches > 0) this.#parts.events.say('today')
  }

  async removeIndicators(name: string, who: Person): DeskResult<void> {
    const lists = await this.lists()
    if (!lists.some((one) => one.name === name)) return refuse('missing', 'There is no such list.')
    const left = lists.filter((one) => one.name !== name)
    await this.#parts.store.saveSetting(indicatorSetting, left)
    await writeDown(this.#parts, who.name, 'indicators.remove', name, {})
    this.#onLists(left)
    this.#parts.events.say('hunts')
    return ok(undefined)
  }
}

function answerView(answer: HuntAnswer): HuntAnswerView {
  return {
    total: answer.total,
    rows: answer.rows.map((row) => ({
      timeMs: row.timeMs ?? 0,
      sourceId: row.sourceId,
      kind: row.kind,
      address: row.address,
      method: row.method,
      path: row.path,
      query: row.query,
      ...(row.status === undefined ? {} : { status: row.status }),
      ...(row.bytes === undefined ? {} : { bytes: row.bytes }),
      agent: row.agent,
      referer: row.referer,
      text: row.text,
      file: row.file,
      line: row.line,
      offset: row.offset,
    })),
    byAddress: answer.byAddress.map((one) => ({ ...one })),
    ...(answer.keptSinceMs === undefined ? {} : { keptSinceMs: answer.keptSinceMs }),
    recordsSearched: answer.recordsSearched,
    tookMs: answer.tookMs,
    sentence: summaryOf(answer).join(' '),
  }
}

/** What came of a search, so that "nothing" says since when. */
function summaryOf(answer: HuntAnswer): string[] {
  const { keptSinceMs, recordsSearched, unreadable } = answer
  const kept =
    keptSinceMs === undefined
      ? 'Nothing is kept yet.'
      : `${counted(recordsSearched, 'record')} since ${localTime(keptSinceMs)} were searched; what was before is not kept.`
  const found =
    answer.total === 0
      ? 'Nothing was found.'
      : `${counted(answer.total, 'record')} of ${counted(answer.addresses, 'address', 'addresses')} match.`
  const left =
    unreadable.length === 0 ? [] : [`${counted(unreadable.length, 'file')} of the archive could not be read.`]
  return [found, kept, ...left]
}
