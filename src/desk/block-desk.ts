/** The block list as people see and decide about it: proposals, clicks, kinds that are blocked by themselves, and the
 *  targets that put the list in force. */
import type { BlockId, IncidentId } from '../core/ids.ts'
import type { Office } from '../core/office.ts'
import { ok } from '../core/result.ts'
import type { Incident } from '../incidents/incident.ts'
import { automaticBlocks, automaticKinds } from '../response/automatic.ts'
import type { Block, NeverBlock } from '../response/block.ts'
import { expire, isInForce, newBlock } from '../response/block-list.ts'
import { checkBlock, type OwnAddress } from '../response/check-block.ts'
import { checkVisitor, findSearchEngines } from '../response/check-visitor.ts'
import { Enforcer } from '../response/enforcer.ts'
import { defaultNeverBlock } from '../response/never-block.ts'
import { type Proposal, proposeBlocks } from '../response/propose.ts'
import type { NameLookup } from '../response/search-engines.ts'
import type { BlockExport, BlockTarget } from '../response/targets/target.ts'
import type { AddBlockBody, BlockListView, BlockView } from './api/blocks.ts'
import type { DeskResult, Person } from './desk.ts'
import { type DeskParts, refuse, writeDown } from './desk-parts.ts'
import { localTime } from './local-time.ts'

/** Settings of the store. */
export const neverSetting = 'blocks.never'
/** As `neverSetting`. */
export const automaticSetting = 'blocks.automatic-kinds'
const hourMs = 3_600_000

/** What the block list works with. */
export interface BlockDeskParts extends DeskParts {
  readonly office: Office
  /** From the configuration file. */
  readonly never: readonly NeverBlock[]
  readonly targets: readonly BlockTarget[]
  readonly exports: readonly BlockExport[]
  /** Addresses of this machine. */
  readonly own: readonly string[]
  readonly lookup: NameLookup
}

/** The block list of a desk. */
export class BlockDesk {
  readonly #parts: BlockDeskParts
  readonly #enforcer: Enforcer
  /** Decisions one after another, so that two of them do not make the same block. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: BlockDeskParts) {
    this.#parts = parts
    this.#enforcer = new Enforcer({
      targets: parts.targets,
      list: () => parts.store.blocks('active'),
      neverBlock: () => this.never(),
      now: parts.clock,
      setTimer: (callback, ms) => {
        const timer = setTimeout(callback, Math.min(ms, 2 ** 31 - 1))
        timer.unref()
        return () => clearTimeout(timer)
      },
      onChange: () => parts.events.say('blocks'),
    })
  }

  start(): void {
    this.#enforcer.start()
  }

  async stop(): Promise<void> {
    await this.#turn
    await this.#enforcer.stop()
  }

  /** What is wrong with putting blocks in force, in sentences. */
  get problems(): readonly string[] {
    const failing = this.#enforcer
      .states()
      .filter(({ state }) => state === 'failing')
      .map(({ title, sentence }) => `Blocks are not in force on ${title}: ${sentence}`)
    const beyond = this.#enforcer.beyondLimit()
    const cut = beyond === 0 ? [] : [`The block list is too long: ${beyond} of its oldest blocks are not in force.`]
    return [...failing, ...this.#enforcer.leftOut().map(({ why }) => why), ...cut]
  }

  /** Everything that is never blocked. */
  async never(): Promise<readonly NeverBlock[]> {
    return [...defaultNeverBlock(this.#parts.office), ...this.#parts.never, ...(await this.#neverAdded())]
  }

  async #neverAdded(): Promise<readonly NeverBlock[]> {
    const kept = await this.#parts.store.setting(neverSetting)
    return Array.isArray(kept) ? (kept as NeverBlock[]) : []
  }

  async #automaticKinds(): Promise<readonly string[]> {
    const kept = await this.#parts.store.setting(automaticSetting)
    return Array.isArray(kept) ? (kept as string[]) : []
  }

  #own(who: Person | undefined): OwnAddress[] {
    const own: OwnAddress[] = this.#parts.own.map((address) => ({ address, whose: 'desk' }))
    if (who !== undefined) own.push({ address: who.address, whose: 'person' })
    return own
  }

  async proposals(incident: Incident, who?: Person): Promise<readonly Proposal[]> {
    const [never, active] = await Promise.all([this.never(), this.#parts.store.blocks('active')])
    return proposeBlocks(incident, never, active, { nowMs: this.#parts.clock(), own: this.#own(who) })
  }

  async list(): Promise<BlockListView> {
    const { store, exports, never } = this.#parts
    const [blocks, added, kinds] = await Promise.all([store.blocks(), this.#neverAdded(), this.#automaticKinds()])
    return {
      blocks: await Promise.all(blocks.map((block) => this.#view(block))),
      targets: [
        ...this.#enforcer
          .states()
          .map(({ name, title, state, sentence, sinceMs }) => ({ name, title, state, sentence, sinceMs })),
        ...exports.flatMap((one) =>
          one.files([], 0).map((file) => ({
            name: file.fileName,
            title: `${one.title}: ${file.fileName}`,
            state: 'download' as const,
            sentence: 'A file to fetch and to load there by hand.',
            downloadPath: `/api/blocks/downloads/${encodeURIComponent(file.fileName)}`,
          })),
        ),
      ],
      neverBlock: [
        ...defaultNeverBlock(this.#parts.office).map((one) => ({ ...one, from: 'built-in' as const })),
        ...never.map((one) => ({ ...one, from: 'configuration' as const })),
        ...added.map((one) => ({ ...one, from: 'console' as const })),
      ],
      automaticKinds: [...kinds],
    }
  }

  async #view(block: Block): Promise<BlockView> {
    const incident = block.incidentId === undefined ? undefined : await this.#parts.store.incident(block.incidentId)
    const { decided } = block
    const nowMs = this.#parts.clock()
    return {
      id: block.id,
      network: block.network,
      reason: block.reason,
      ...(block.incidentId === undefined ? {} : { incidentId: block.incidentId }),
      ...(incident === undefined ? {} : { incidentTitle: incident.incident.title }),
      decidedBy: decided.by === 'person' ? decided.name : 'the desk (automatic)',
      decidedAtMs: block.decidedAtMs,
      expiresAtMs: block.expiresAtMs,
      state: block.state === 'active' && !isInForce(block, nowMs) ? 'expired' : block.state,
      ...(block.liftedAtMs === undefined ? {} : { liftedAtMs: block.liftedAtMs }),
      ...(block.liftedBy === undefined ? {} : { liftedBy: block.liftedBy }),
    }
  }

  block(body: AddBlockBody, who: Person): DeskResult<BlockView> {
    return this.#inTurn(async () => {
      const { store, clock, lookup } = this.#parts
      const checked = await checkVisitor(body.network, await this.never(), this.#own(who), lookup)
      if (!checked.ok) return refuse('refused', checked.error.message)
      const { network } = checked.value
      const nowMs = clock()
      const active = await store.blocks('active')
      const same = active.find((block) => block.network === network && isInForce(block, nowMs))
      if (same !== undefined) {
        return refuse('refused', `${network} is blocked already, until ${localTime(same.expiresAtMs)}.`)
      }
      const block = newBlock({
        network,
        reason: body.reason,
        ...(body.incidentId === undefined ? {} : { incidentId: body.incidentId as IncidentId }),
        decided: { by: 'person', name: who.name },
        nowMs,
        expiresAtMs: nowMs + body.hours * hourMs,
      })
      await this.#apply(block, who.name)
      return ok(await this.#view(block))
    })
  }

  async #apply(block: Block, who: string): Promise<void> {
    const { store, events } = this.#parts
    await store.saveBlock(block)
    await writeDown(this.#parts, who, 'block.apply', block.network, {
      reason: block.reason,
      until: new Date(block.expiresAtMs).toISOString(),
      ...(block.incidentId === undefined ? {} : { incident: block.incidentId }),
    })
    this.#enforcer.changed()
    events.say('blocks', block.id)
    if (block.incidentId !== undefined) events.say('incidents', block.incidentId)
  }

  lift(id: BlockId, who: Person): DeskResult<BlockView> {
    return this.#inTurn(async () => {
      const { store, clock, events } = this.#parts
      const block = await store.block(id)
      if (block === undefined) return refuse('missing', 'There is no such block.')
      if (!isInForce(block, clock())) return refuse('refused', 'This block is over already.')
      const lifted: Block = { ...block, state: 'lifted', liftedAtMs: clock(), liftedBy: who.name }
      await store.saveBlock(lifted)
      await writeDown(this.#parts, who.name, 'block.lift', block.network, { reason: block.reason })
      this.#enforcer.changed()
      events.say('blocks', id)
      return ok(await this.#view(lifted))
    })
  }

  /** Writes down blocks whose end has come, and makes those that the office lets the desk make by itself. */
  async look(incidents: readonly Incident[]): Promise<void> {
    await this.#inTurn(async () => {
      const { store, clock, events } = this.#parts
      const over = expire(await store.blocks('active'), clock())
      for (const block of over) {
        await store.saveBlock(block)
        await writeDown(this.#parts, 'the desk', 'block.expire', block.network, {})
      }
      if (over.length > 0) {
        this.#enforcer.changed()
        events.say('blocks')
      }
      const kinds = await this.#automaticKinds()
      if (kinds.length === 0) return
      const neverBlock = await this.never()
      for (const incident of incidents) {
        const blocks = await store.blocks()
        const addresses = incident.actors.filter(({ type }) => type === 'address').map(({ value }) => value)
        const searchEngines = await findSearchEngines(addresses, this.#parts.lookup)
        const policy = { kinds, neverBlock, own: this.#own(undefined), blocks, nowMs: clock(), searchEngines }
        for (const block of automaticBlocks(incident, policy).blocks) await this.#apply(block, 'the desk')
      }
    })
  }

  addNever(network: string, reason: string, who: Person): DeskResult<void> {
    return this.#inTurn(async () => {
      const checked = checkBlock(network, [])
      const text = checked.ok ? checked.value.network : network.trim()
      if (!checked.ok && checked.error.code === 'not-an-address') return refuse('refused', checked.error.message)
      const kept = (await this.#neverAdded()).filter((one) => one.network !== text)
      await this.#parts.store.saveSetting(neverSetting, [...kept, { network: text, reason }])
      await writeDown(this.#parts, who.name, 'never-block.add', text, { reason })
      this.#enforcer.changed()
      this.#parts.events.say('blocks')
      return ok(undefined)
    })
  }

  removeNever(network: string, who: Person): DeskResult<void> {
    return this.#inTurn(async () => {
      const kept = await this.#neverAdded()
      if (!kept.some((one) => one.network === network)) {
        return refuse('missing', 'This entry is not one that was added in the console.')
      }
      await this.#parts.store.saveSetting(
        neverSetting,
        kept.filter((one) => one.network !== network),
      )
      await writeDown(this.#parts, who.name, 'never-block.remove', network, {})
      this.#enforcer.changed()
      this.#parts.events.say('blocks')
      return ok(undefined)
    })
  }

  async setAutomatic(kinds: readonly string[], who: Person): DeskResult<void> {
    const unknown = kinds.find((kind) => !(automaticKinds as readonly string[]).includes(kind))
    if (unknown !== undefined) {
      return refuse('refused', `“${unknown}” cannot be blocked automatically; ${automaticKinds.join(', ')} can.`)
    }
    await this.#parts.store.saveSetting(automaticSetting, [...new Set(kinds)])
    await writeDown(this.#parts, who.name, 'blocks.automatic', 'kinds', { kinds })
    this.#parts.events.say('blocks')
    return ok(undefined)
  }

  async download(name: string): DeskResult<{ readonly mediaType: string; readonly body: string }> {
    const [blocks, never] = await Promise.all([this.#parts.store.blocks('active'), this.never()])
    const nowMs = this.#parts.clock()
    const kept = blocks.filter((block) => checkBlock(block.network, never).ok)
    for (const one of this.#parts.exports) {
      const file = one.files(kept, nowMs, never).find(({ fileName }) => fileName === name)
      if (file !== undefined) return ok({ mediaType: file.mediaType, body: file.text })
    }
    return refuse('missing', 'There is no such file of the block list.')
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(act)
    this.#turn = next.catch(() => undefined)
    return next
  }
}
