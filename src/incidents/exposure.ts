/** Counts the distinct voter records that hits show to have been exposed. The same key or table position counts once,
 *  however often it was fetched; what can only be bounded stays a bound. */
import { counted } from '../core/counts.ts'
import type { Exposed, Exposure } from '../core/finding.ts'
import { limits } from '../core/limits.ts'

/** Half-open intervals of whole numbers, kept apart and sorted. */
class Intervals {
  #list: [from: number, to: number][] = []

  add(from: number, to: number): void {
    if (to <= from) return
    let low = 0
    let high = this.#list.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#list[middle] as [number, number])[1] < from) low = middle + 1
      else high = middle
    }
    let end = low
    let [first, last] = [from, to]
    while (end < this.#list.length && (this.#list[end] as [number, number])[0] <= to) {
      const [otherFrom, otherTo] = this.#list[end] as [number, number]
      first = Math.min(first, otherFrom)
      last = Math.max(last, otherTo)
      end++
    }
    this.#list.splice(low, end - low, [first, last])
  }

  save(): SavedIntervals {
    return this.#list
  }

  static restore(saved: SavedIntervals): Intervals {
    const intervals = new Intervals()
    intervals.#list = saved.map(([from, to]) => [from, to])
    return intervals
  }

  addAll(other: Intervals): void {
    for (const [from, to] of other.#list) this.add(from, to)
  }

  get size(): number {
    return this.#list.reduce((sum, [from, to]) => sum + to - from, 0)
  }
}

interface Order {
  readonly certain: Intervals
  readonly all: Intervals
  /** How often single positions were asked about without a certain answer. */
  readonly asked: Map<number, number>
}

/** Blind injection reads a value letter by letter, some six questions each: from this many on a value is read. */
const questionsMin = 30

interface RowSet {
  readonly table: string
  rowsMin: number
  rowsMax: number
  rowsLikely: number
}

/** Keys remembered by page: a hash to whether it is certain that the record was shown. */
type Keys = Map<number, boolean>

function ask(order: Order, position: number, questions: number): void {
  const before = order.asked.get(position)
  if (before !== undefined || order.asked.size < limits.askedPositionsMax)
    order.asked.set(position, (before ?? 0) + questions)
}

type SavedIntervals = readonly (readonly [number, number])[]

/** A ledger as plain data. */
export interface SavedExposure {
  readonly orders: readonly (readonly [
    table: string,
    orders: readonly {
      readonly ordering: string
      readonly certain: SavedIntervals
      readonly all: SavedIntervals
      readonly asked: Map<number, number>
    }[],
  ])[]
  readonly rows: Map<string, RowSet>
  readonly keys: Map<string, Keys>
  readonly fromDatabase: boolean
}

/** Adds up what was exposed; merging two ledgers counts what both hold once. */
export class ExposureLedger {
  /** By table, then by ordering. */
  readonly #orders = new Map<string, Map<string, Order>>()
  readonly #rows = new Map<string, RowSet>()
  readonly #keys = new Map<string, Keys>()
  #fromDatabase = false

  /** All that was added up, as data for a structured clone. */
  save(): SavedExposure {
    return {
      orders: [...this.#orders].map(([table, orders]) => [
        table,
        [...orders].map(([ordering, { certain, all, asked }]) => ({
          ordering,
          certain: certain.save(),
          all: all.save(),
          asked,
        })),
      ]),
      rows: this.#rows,
      keys: this.#keys,
      fromDatabase: this.#fromDatabase,
    }
  }

  /** Takes back what `save` gave, from a structured clone of it. */
  static restore(saved: SavedExposure): ExposureLedger {
    const ledger = new ExposureLedger()
    for (const [table, orders] of saved.orders) {
      const byOrdering = new Map<string, Order>()
      for (const { ordering, certain, all, asked } of orders) {
        byOrdering.set(ordering, { certain: Intervals.restore(certain), all: Intervals.restore(all), asked })
      }
      ledger.#orders.set(table, byOrdering)
    }
    for (const [set, rows] of saved.rows) ledger.#rows.set(set, rows)
    for (const [page, keys] of saved.keys) ledger.#keys.set(page, keys)
    ledger.#fromDatabase = saved.fromDatabase
    return ledger
  }

  get isEmpty(): boolean {
    return this.#orders.size === 0 && this.#rows.size === 0 && this.#keys.size === 0
  }

  add(item: Exposed, fromDatabase: boolean): void {
    if (fromDatabase) this.#fromDatabase = true
    switch (item.by) {
      case 'key': {
        const keys = this.#keys.get(item.page) ?? new Map<number, boolean>()
        this.#keys.set(item.page, keys)
        keys.set(item.key, item.certain || keys.get(item.key) === true)
        return
      }
      case 'positions': {
        const order = this.#order(item.table, item.ordering)
        order.all.add(item.from, item.to)
        if (item.certain) order.certain.add(item.from, item.to)
        else if (item.to - item.from === 1) ask(order, item.from, 1)
        return
      }
      case 'rows':
        this.#addRows(item.set, item)
    }
  }

  merge(other: ExposureLedger): void {
    if (other.#fromDatabase) this.#fromDatabase = true
    for (const [table, orders] of other.#orders) {
      for (const [ordering, order] of orders) {
        const mine = this.#order(table, ordering)
        mine.all.addAll(order.all)
        mine.certain.addAll(order.certain)
        for (const [position, questions] of order.asked) ask(mine, position, questions)
      }
    }
    for (const [set, rows] of other.#rows) this.#addRows(set, rows)
    for (const [page, keys] of other.#keys)
      for (const [key, certain] of keys) this.add({ by: 'key', page, key, certain }, false)
  }

  #order(table: string, ordering: string): Order {
    const orders = this.#orders.get(table) ?? new Map<string, Order>()
    this.#orders.set(table, orders)
    const order = orders.get(ordering) ?? { certain: new Intervals(), all: new Intervals(), asked: new Map() }
    orders.set(ordering, order)
    return order
  }

  #addRows(set: string, rows: RowSet): void {
    const known = this.#rows.get(set)
    if (known === undefined) {
      const { table, rowsMin, rowsMax, rowsLikely } = rows
      this.#rows.set(set, { table, rowsMin, rowsMax, rowsLikely })
      return
    }
    known.rowsMin = Math.max(known.rowsMin, rows.rowsMin)
    known.rowsMax = Math.max(known.rowsMax, rows.rowsMax)
    known.rowsLikely = Math.max(known.rowsLikely, rows.rowsLikely)
  }

  /** Lower bound: only what is certain, as if all of it were the same records. Upper bound: all that may have been
   *  shown, as if no two were the same. Likely: dumps of one table in one order share their positions, and a dump
   *  without an order begins at the table's start. */
  total(): Exposure {
    const basis: string[] = []
    let [recordsMin, recordsMax, recordsLikely] = [0, 0, 0]
    const add = (min: number, max: number, likely: number): void => {
      recordsMin = Math.max(recordsMin, min)
      recordsMax += max
      recordsLikely += likely
    }
    for (const [page, keys] of [...this.#keys].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const certain = [...keys.values()].filter(Boolean).length
      add(certain, keys.size, keys.size)
      basis.push(
        `${counted(keys.size, keys.size === 1 ? 'voter key' : 'different voter key')} answered by the page ${page}`,
      )
    }
    for (const table of this.#tables()) {
      const { min, max, likely } = this.#ofTable(table)
      add(min, max, likely)
      if (max > 0) basis.push(this.#basisOf(table, likely))
    }
    return { recordsMin: Math.min(recordsMin, recordsLikely), recordsMax, recordsLikely, basis }
  }

  #tables(): string[] {
    const tables = new Set([...this.#orders.keys(), ...[...this.#rows.values()].map((rows) => rows.table)])
    // What a page listed without saying from where is what the database log names.
    if (this.#fromDatabase) tables.delete('')
    return [...tables].sort()
  }

  #ofTable(table: string): { min: number; max: number; likely: number } {
    let [min, max, likely] = [0, 0, 0]
    const heap = new Intervals()
    for (const [ordering, order] of this.#orders.get(table) ?? []) {
      min = Math.max(min, order.certain.size)
      max += order.all.size
      const read = new Intervals()
      read.addAll(order.certain)
      for (const [position, questions] of order.asked) if (questions >= questionsMin) read.add(position, position + 1)
      if (ordering === '') heap.addAll(read)
      else likely += read.size
    }
    for (const rows of this.#rows.values()) {
      if (rows.table !== table) continue
      min = Math.max(min, rows.rowsMin)
      max += rows.rowsMax
      heap.add(0, rows.rowsLikely)
    }
    return { min, max, likely: likely + heap.size }
  }

  #basisOf(table: string, likely: number): string {
    const source = this.#fromDatabase ? 'the database log' : "the web log's requests and the size of the answers"
    const what = table === '' ? 'records listed on the page' : `rows of the table “${table}”`
    return `about ${likely} ${what}, counted from ${source}; each position in the table counted once`
  }
}
