/** Reads PowerPoint's binary presentations (MS-PPT): objects and macros that lie packed between the slides, actions that
 *  start programs, links, and the text of slides. */
import { limits } from '../../core/limits.ts'
import { wideText } from '../utf16.ts'
import { bufferOf, byteAt, uint16At, uint32At } from './bytes.ts'
import { judgeRelationship } from './external-target.ts'
import { inflateZlib } from './inflate.ts'
import type { Inspection, Subject } from './inspection.ts'
import { reportControl } from './ole-class.ts'
import { withoutBlankLines } from './ooxml-part.ts'

/** Numbers of records (2.13.24). */
const recordTypes = {
  objectStorage: 0x1011,
  text: 0x0fa0,
  narrowText: 0x0fa8,
  string: 0x0fba,
  hyperlink: 0x0fd7,
  linkedObject: 0x0fce,
  control: 0x0fee,
  action: 0x0ff3,
  cryptSession: 0x2f14,
} as const

const actionKinds = { macro: 1, program: 2, object: 5 } as const

/** Walks through all records: containers hold others right behind their head, so one pass sees everything. */
export function readPresentation(
  stream: Uint8Array,
  path: readonly string[],
  subject: Subject,
  inspection: Inspection,
): void {
  const reader = new PresentationReader(path, subject, inspection)
  let at = 0
  for (let count = 0; at + 8 <= stream.length && count < limits.officeRecordsMax; count++) {
    const version = uint16At(stream, at)
    const type = uint16At(stream, at + 2)
    const size = uint32At(stream, at + 4)
    const isContainer = (version & 0x0f) === 0x0f
    const data = stream.subarray(at + 8, Math.min(stream.length, at + 8 + size))
    reader.read(type, version >>> 4, isContainer ? new Uint8Array(0) : data)
    at += isContainer ? 8 : 8 + size
  }
  reader.finish()
}

class PresentationReader {
  readonly #path: readonly string[]
  readonly #subject: Subject
  readonly #inspection: Inspection
  readonly #texts: string[] = []
  #objects = 0
  #isInLink = false
  /** Controls whose class is still to come. */
  #controls = 0
  #startsProgram = false

  constructor(path: readonly string[], subject: Subject, inspection: Inspection) {
    this.#path = path
    this.#subject = subject
    this.#inspection = inspection
  }

  read(type: number, instance: number, data: Uint8Array): void {
    switch (type) {
      case recordTypes.objectStorage:
        return this.#object(instance, data)
      case recordTypes.text:
        this.#texts.push(wideText(data))
        return
      case recordTypes.narrowText:
        this.#texts.push(bufferOf(data).toString('latin1'))
        return
      case recordTypes.hyperlink:
        this.#isInLink = true
        return
      case recordTypes.string:
        return this.#string(instance, wideText(data))
      case recordTypes.action:
        return this.#action(data)
      case recordTypes.control:
        this.#controls++
        return
      case recordTypes.linkedObject:
        return this.#inspection.add('linked-file', this.#path, 'object that is a link')
      case recordTypes.cryptSession:
        return this.#inspection.add('encrypted-document', this.#path, 'PowerPoint presentation with a password')
      default:
        this.#isInLink = false
    }
  }

  /** An object's storage, or that of all macros (2.10.34, 2.10.40): a compound file, packed where the instance says so. */
  #object(instance: number, data: Uint8Array): void {
    const bytes = instance === 1 ? inflateZlib(data.subarray(4), this.#inspection).bytes : data
    this.#objects++
    this.#inspection.enqueue({ ...this.#subject, path: this.#path }, `object ${this.#objects}`, bytes, 'part')
  }

  /** What a click or the pointer's passing starts (2.8.1). */
  #action(data: Uint8Array): void {
    const kind = byteAt(data, 8)
    this.#startsProgram = kind === actionKinds.program
    if (this.#startsProgram) this.#inspection.add('external-relationship', this.#path, 'a click starts a program')
    else if (kind === actionKinds.object)
      this.#inspection.add('embedded-document', this.#path, 'a click opens an object')
  }

  #string(instance: number, text: string): void {
    if (this.#startsProgram) {
      this.#inspection.add('external-relationship', this.#path, `a click starts ${text}`)
      this.#startsProgram = false
    }
    // The class of a control is the second text behind it (2.10.18).
    if (this.#controls > 0 && instance === 2) {
      this.#controls--
      reportControl(text, this.#path, this.#inspection)
    }
    if (!this.#isInLink || instance !== 1) return
    const feature = judgeRelationship('hyperlink', text)
    if (feature !== undefined) this.#inspection.add(feature, this.#path, `link ${text}`)
    this.#inspection.addLink(text, this.#path, 'document')
  }

  finish(): void {
    if (this.#controls > 0) this.#inspection.add('activex', this.#path, 'control on a slide')
    this.#inspection.addText(
      withoutBlankLines(this.#texts.join('\n').replaceAll('\r', '\n').slice(0, limits.documentPartBytesMax)),
    )
  }
}
