/** Where the texts of records of one shape stand, so that they can be searched without being decoded. */
import type { TextProbe } from '../event.ts'
import type { ValueFinder } from './known-kind.ts'
import type { Plan } from './plan.ts'
import { valueTypes } from './values.ts'

/** The texts of a shape. */
export class ShapeTexts {
  /** Pairs of a frame and a slot. */
  readonly #slots: Int32Array
  /** Texts of the template. */
  readonly #constants: readonly string[]
  /** Some texts are put together of several values. */
  readonly #isJoined: boolean
  /** What was found in the template's own texts last. */
  #probe: TextProbe | undefined
  #isInConstants = false

  constructor(plans: Iterable<Plan>) {
    const slots: number[] = []
    const constants: string[] = []
    let isJoined = false
    const add = (plan: Plan): void => {
      if (plan.slot >= 0) slots.push(plan.frame, plan.slot)
      else if (plan.parts === undefined) constants.push(plan.text ?? '')
      else if (plan.isList) plan.parts.forEach(add)
      else isJoined = true
    }
    for (const plan of plans) add(plan)
    this.#slots = Int32Array.from(slots)
    this.#constants = constants
    this.#isJoined = isJoined
  }

  /** False where a record holds none of the probe's texts. */
  mayHold(probe: TextProbe, bytes: Uint8Array, view: DataView, record: ValueFinder): boolean {
    if (this.#isJoined || !probe.areWords) return true
    if (this.#probe !== probe) {
      this.#probe = probe
      this.#isInConstants = this.#constants.some((text) => probe.inText(text))
    }
    if (this.#isInConstants) return true
    const slots = this.#slots
    for (let i = 0; i < slots.length; i += 2) {
      const { type, at, size } = record.find(slots[i] as number, slots[i + 1] as number)
      const of = type & ~valueTypes.list
      if (of === valueTypes.text || of === valueTypes.xmlText) {
        if (probe.inUnits(bytes, view, at, at + size)) return true
      } else if (of === valueTypes.ansiText && probe.inBytes(bytes, view, at, at + size)) return true
    }
    return false
  }
}
