/** Examines RTF (version 1.9.1) as forgivingly as Word does: objects with their data however it is written, fields, and a
 *  template elsewhere. Looks are not read. */
import { limits } from '../../core/limits.ts'
import { latin1Text } from '../latin1.ts'
import { judgeRelationship } from './external-target.ts'
import { FieldReader } from './fields.ts'
import type { Inspection, Subject } from './inspection.ts'
import { abuseOfClass, equationEditor, reportWrittenClass } from './ole-class.ts'
import { reportOle1 } from './ole1-object.ts'
import { withoutBlankLines } from './ooxml-part.ts'
import { HexCollector, type RtfEvents, scanRtf } from './rtf-scan.ts'

/** Destinations whose text matters. All others that begin with `\*` or hold looks are passed over. */
type Destination = 'body' | 'skipped' | 'data' | 'class' | 'instruction' | 'result' | 'template' | 'picture'

const destinations: Readonly<Record<string, Destination>> = {
  objdata: 'data',
  objclass: 'class',
  fldinst: 'instruction',
  template: 'template',
  pict: 'picture',
  fonttbl: 'skipped',
  colortbl: 'skipped',
  stylesheet: 'skipped',
  info: 'skipped',
  generator: 'skipped',
  listtable: 'skipped',
  themedata: 'skipped',
  datastore: 'skipped',
  latentstyles: 'skipped',
  objname: 'skipped',
  xmlnstbl: 'skipped',
  rsidtbl: 'skipped',
}

/** Examines a document. */
export function examineRtf(subject: Subject, inspection: Inspection): void {
  const reader = new RtfReader(subject, inspection)
  const isWhole = scanRtf(latin1Text(subject.bytes), reader)
  reader.finish()
  if (!isWhole) inspection.addProblem('An RTF document has more in it than was read.')
}

class RtfReader implements RtfEvents {
  readonly #subject: Subject
  readonly #inspection: Inspection
  readonly #fields: FieldReader
  readonly #stack: { destination: Destination; isField: boolean }[] = []
  #destination: Destination = 'body'
  #isField = false
  #data: HexCollector | undefined
  #dataDepth = -1
  #class = ''
  /** The class of an equation whose data are still to come. */
  #equationClass = ''
  #template = ''
  #visible = ''
  #objects = 0
  #updates = false

  constructor(subject: Subject, inspection: Inspection) {
    this.#subject = subject
    this.#inspection = inspection
    this.#fields = new FieldReader(subject.path, inspection)
  }

  groupStart(): void {
    this.#stack.push({ destination: this.#destination, isField: this.#isField })
    this.#isField = false
  }

  groupEnd(): void {
    if (this.#isField) this.#fields.end()
    if (this.#data && this.#stack.length <= this.#dataDepth) this.#endData()
    const outer = this.#stack.pop()
    if (this.#destination === 'class' && outer?.destination !== 'class') this.#endClass()
    if (this.#destination === 'template' && outer?.destination !== 'template') this.#endTemplate()
    this.#destination = outer?.destination ?? 'body'
    this.#isField = outer?.isField ?? false
  }

  /** A control word. Within an object's data Word ignores all of them but those that hold data themselves. */
  control(word: string, isIgnorable: boolean): void {
    switch (word) {
      case 'objupdate':
      case 'objautlink':
      case 'objlink':
        this.#updates = true
        return
      case 'objocx':
        return this.#inspection.add('activex', this.#subject.path, 'control in the document')
      case 'objhtml':
        return this.#inspection.add('embedded-object', this.#subject.path, 'web page as an object')
      case 'field':
        this.#fields.begin()
        this.#isField = true
        return
      case 'fldrslt':
        this.#fields.separate()
        this.#destination = 'result'
        return
      case 'par':
      case 'line':
      case 'cell':
      case 'row':
      case 'tab':
        this.#visible += '\n'
        return
      default:
    }
    const destination = destinations[word]
    if (destination === 'data') this.#startData()
    else if (this.#data !== undefined) return
    else if (destination !== undefined) this.#destination = destination
    else if (isIgnorable && word !== 'shppict' && word !== 'nonshppict') this.#destination = 'skipped'
  }

  text(text: string): void {
    if (this.#data) {
      this.#data.push(text)
      return
    }
    switch (this.#destination) {
      case 'instruction':
        this.#fields.text(text)
        return
      case 'result':
        this.#fields.text(text)
        this.#show(text)
        return
      case 'class':
        this.#class += text.slice(0, 256)
        return
      case 'template':
        this.#template += text.slice(0, 4_096)
        return
      case 'body':
        this.#show(text)
        return
      default:
    }
  }

  #show(text: string): void {
    if (this.#visible.length < limits.documentTextCharactersMax * 2) this.#visible += text
  }

  /** Bytes as they are (`\bin`): data of an object, or a picture. */
  binary(bytes: string): void {
    if (this.#data) this.#data.pushBytes(bytes)
  }

  #startData(): void {
    if (this.#data) this.#endData()
    this.#data = new HexCollector(limits.rtfObjectBytesMax)
    this.#dataDepth = this.#stack.length
  }

  #endData(): void {
    const data = this.#data?.finish()
    this.#data = undefined
    this.#dataDepth = -1
    if (data === undefined || data.length === 0) return
    this.#equationClass = ''
    this.#objects++
    const path = [...this.#subject.path, `object ${this.#objects}`]
    if (this.#updates)
      this.#inspection.add('embedded-object', path, 'object that is loaded when the document is opened')
    this.#updates = false
    reportOle1(data, this.#subject, path, this.#inspection)
  }

  #endClass(): void {
    const name = this.#class.trim()
    this.#class = ''
    // The data that follow say what they are.
    if (abuseOfClass(name) === equationEditor) this.#equationClass = name
    else reportWrittenClass(name, this.#subject.path, this.#inspection)
  }

  #endTemplate(): void {
    const target = this.#template.trim()
    this.#template = ''
    const feature = judgeRelationship('attachedTemplate', target)
    if (feature !== undefined) this.#inspection.add(feature, this.#subject.path, `template ${target}`)
    if (feature === 'external-template') this.#inspection.addLink(target, this.#subject.path, 'document')
  }

  finish(): void {
    if (this.#data) this.#endData()
    if (this.#class !== '') this.#endClass()
    reportWrittenClass(this.#equationClass, this.#subject.path, this.#inspection)
    if (this.#template !== '') this.#endTemplate()
    this.#fields.finish()
    this.#inspection.addText(withoutBlankLines(this.#visible))
  }
}
