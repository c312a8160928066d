/** Finds what a PDF does (ISO 32000-2, 12.6): script, programs that it starts, files in it, links, forms that are sent. */
import { limits } from '../../core/limits.ts'
import { decodeText } from './bytes.ts'
import { isInertLink, placeOfTarget } from './external-target.ts'
import type { Inspection, Subject } from './inspection.ts'
import { lockedFilter, type PdfFile, type PdfObject } from './pdf-file.ts'
import { fieldActions, judgePdfScript, linkOfScript, type ScriptCaller } from './pdf-script.ts'
import { namesOfScripts } from './pdf-script-words.ts'
import { isDictionary, isList, nameOf, type PdfDictionary, PdfText, type PdfValue, shownText } from './pdf-syntax.ts'

/** A script, where it stands, and what calls it. */
interface FoundScript {
  readonly code: string
  readonly number: number
  readonly caller: ScriptCaller
}

/** Walks through every object of a file. */
export class PdfActions {
  readonly #file: PdfFile
  readonly #subject: Subject
  readonly #inspection: Inspection
  readonly #callers: ReadonlyMap<number | PdfDictionary, ScriptCaller>
  /** Judged at the end: scripts call functions that other scripts define. */
  readonly #scripts: FoundScript[] = []
  #files = 0

  constructor(file: PdfFile, subject: Subject, inspection: Inspection) {
    this.#file = file
    this.#subject = subject
    this.#inspection = inspection
    const resolve = file.resolve.bind(file)
    this.#callers = new Map(file.objects.flatMap(({ value }) => fieldActions(value, resolve)))
  }

  /** Notes everything in one object. */
  examine(object: PdfObject): void {
    this.#walk(object.value, object.number, 0)
  }

  /** Judges the scripts that were met. */
  finish(): void {
    const names = namesOfScripts(this.#scripts.map(({ code }) => code))
    for (const { code, number, caller } of this.#scripts) {
      const judged = judgePdfScript(code, caller, names)
      const target = linkOfScript(code)
      if (target !== undefined) this.#inspection.addLink(target, this.#path(number), 'pdf')
      if (judged === 'form') this.#inspection.add('pdf-form-script', this.#path(number), code)
      else if (judged === 'script') this.#inspection.add('pdf-script', this.#path(number), code)
    }
  }

  #walk(value: PdfValue, number: number, depth: number): void {
    if (depth > limits.pdfNestingMax) return
    if (isList(value)) for (const each of value) this.#walk(each, number, depth + 1)
    else if (isDictionary(value)) {
      this.#dictionary(value, number)
      for (const each of value.values()) this.#walk(each, number, depth + 1)
    }
  }

  #path(number: number): readonly string[] {
    return [...this.#subject.path, `object ${number}`]
  }

  #dictionary(dictionary: PdfDictionary, number: number): void {
    if (dictionary.has('JS')) this.#script(dictionary, number)
    else if (nameOf(dictionary.get('S')) === 'JavaScript') {
      this.#inspection.add('pdf-script', this.#path(number), 'script that could not be read')
    }
    this.#action(nameOf(this.#file.resolve(dictionary.get('S'))), dictionary, number)
    if (dictionary.has('OpenAction')) this.#openAction(dictionary.get('OpenAction'), number)
    if (dictionary.has('XFA')) this.#xfa(dictionary.get('XFA'), number)
    if (dictionary.has('EF')) this.#embedded(dictionary, number)
    const subtype = nameOf(dictionary.get('Subtype'))
    if (subtype === 'RichMedia' || subtype === '3D' || dictionary.has('RichMediaContent')) {
      this.#inspection.add('embedded-object', this.#path(number), `${subtype || 'RichMedia'} content`)
    }
  }

  #script(action: PdfDictionary, number: number): void {
    const value = action.get('JS')
    const object = this.#file.objectOf(value)
    const resolved = this.#file.resolve(value)
    const isStream = object?.stream !== undefined
    const read = isStream ? this.#file.read(object) : undefined
    if (read ? read.remaining === lockedFilter : this.#file.isLocked)
      return this.#inspection.add('pdf-script', this.#path(number), 'script, encrypted')
    const code = read ? decodeText(read.bytes) : shownText(resolved)
    const caller = this.#callers.get(action) ?? this.#callers.get(number) ?? 'other'
    if (this.#scripts.length < limits.pdfScriptsMax) this.#scripts.push({ code, number, caller })
    else this.#inspection.add('pdf-script', this.#path(number), code)
  }

  #action(kind: string, dictionary: PdfDictionary, number: number): void {
    switch (kind) {
      case 'Launch':
        return this.#launch(dictionary, number)
      case 'URI':
        return this.#link(this.#textOf(dictionary.get('URI')), number)
      case 'SubmitForm':
      case 'ImportData': {
        const target = this.#fileName(dictionary.get('F'))
        this.#inspection.add('pdf-action', this.#path(number), `${kind} ${target}`)
        return this.#link(target, number)
      }
      case 'GoToR':
      case 'GoToE': {
        const target = this.#fileName(dictionary.get('F'))
        const place = placeOfTarget(target)
        if (place === 'share' || place === 'handler') {
          this.#inspection.add('external-relationship', this.#path(number), `opens ${target}`)
        } else if (kind === 'GoToE')
          this.#inspection.add('pdf-action', this.#path(number), `opens a file inside ${target}`)
        return
      }
      case 'Rendition':
      case 'Movie':
      case 'RichMediaExecute':
        return this.#inspection.add('pdf-action', this.#path(number), `${kind} is played`)
      default:
    }
  }

  #launch(dictionary: PdfDictionary, number: number): void {
    const windows = this.#file.resolve(dictionary.get('Win'))
    const program = isDictionary(windows) ? this.#textOf(windows.get('F')) : this.#fileName(dictionary.get('F'))
    const given = isDictionary(windows) ? this.#textOf(windows.get('P')) : ''
    this.#inspection.add('pdf-launch', this.#path(number), `starts ${program} ${given}`)
  }

  #textOf(value: PdfValue | undefined): string {
    return shownText(this.#file.resolve(value))
  }

  /** A file's name: a text, or a dictionary with one (7.11). */
  #fileName(value: PdfValue | undefined): string {
    const resolved = this.#file.resolve(value)
    if (resolved instanceof PdfText) return shownText(resolved)
    return isDictionary(resolved) ? this.#textOf(resolved.get('UF')) || this.#textOf(resolved.get('F')) : ''
  }

  #link(target: string, number: number): void {
    if (target === '' || this.#file.isLocked) return
    const place = placeOfTarget(target)
    if ((place === 'handler' && !isInertLink(target)) || place === 'share') {
      this.#inspection.add('external-relationship', this.#path(number), `link ${target}`)
    }
    this.#inspection.addLink(target, this.#path(number), 'pdf')
  }

  /** A place in the document is ordinary; an action is told by its kind where it stands. */
  #openAction(value: PdfValue | undefined, number: number): void {
    const action = this.#file.resolve(value)
    if (!isDictionary(action)) return
    const kind = nameOf(this.#file.resolve(action.get('S')))
    if (kind !== '' && kind !== 'GoTo' && kind !== 'Named') {
      this.#inspection.add('pdf-action', this.#path(number), `${kind} when the document is opened`)
    }
  }

  /** A form in XML, with script in it or not. */
  #xfa(value: PdfValue | undefined, number: number): void {
    const parts = this.#file.resolve(value)
    const references = isList(parts) ? parts : [value ?? null]
    let hasScript = false
    for (const reference of references.slice(0, 64)) {
      const object = this.#file.objectOf(reference)
      if (object?.stream) hasScript ||= decodeText(this.#file.read(object).bytes).includes('<script')
    }
    this.#inspection.add('pdf-action', this.#path(number), hasScript ? 'form in XFA with script' : 'form in XFA')
  }

  /** A file in the file, by its name; its bytes are examined. */
  #embedded(dictionary: PdfDictionary, number: number): void {
    const streams = this.#file.resolve(dictionary.get('EF'))
    if (!isDictionary(streams)) return
    const object = this.#file.objectOf(
      streams.get('UF') ?? streams.get('F') ?? streams.get('DOS') ?? streams.get('Unix'),
    )
    this.#files++
    const name = this.#textOf(dictionary.get('UF')) || this.#textOf(dictionary.get('F')) || `attachment ${this.#files}`
    this.#inspection.add('pdf-embedded-file', this.#path(number), `file ${name}`)
    if (!object?.stream) return
    const { bytes, remaining } = this.#file.read(object, 'file')
    if (remaining !== lockedFilter) this.#inspection.enqueue(this.#subject, name, bytes)
    else if (!this.#file.isLocked)
      this.#inspection.add('encrypted-document', this.#path(number), `file ${name}, with a password of its own`)
  }
}
