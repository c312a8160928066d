/** Where a value of a record is had from. It holds no values of records. */

/** How a field's value is had. */
export class Plan {
  /** Of a value of the record; -1 for all others. */
  readonly frame: number
  readonly slot: number
  /** A constant of the template; null for an element with nothing in it. */
  readonly text: string | null
  /** Values put one behind the other, or, where `isList`, fields of one name. */
  readonly parts: readonly Plan[] | undefined
  readonly isList: boolean
  /** The whole of an attribute, which is left out where it has no value. */
  readonly isOptional: boolean

  constructor(
    frame: number,
    slot: number,
    text: string | null,
    parts?: readonly Plan[],
    isList = false,
    isOptional = false,
  ) {
    this.frame = frame
    this.slot = slot
    this.text = text
    this.parts = parts
    this.isList = isList
    this.isOptional = isOptional
  }
}
