import { describe, expect, test } from 'vitest'
import type { Examination } from './examination.ts'
import { featuresOf, look } from './examined.fixture.ts'
import {
  compiledLines,
  compoundFile,
  joined,
  paragraph,
  relationships,
  vbaProject,
  wordFile,
  zipFile,
} from './office.fixture.ts'
import { decompressVba } from './vba-decompression.ts'

const guide = 'Sub AutoOpen()\r\n  Shell "calc.exe" & _\r\n    " /s"\r\nEnd Sub\r\n'

describe('macros', () => {
  test('of a binary document are found with the name that runs by itself and what they call', () => {
    const file = compoundFile({ WordDocument: 'x', ...vbaProject({ ThisDocument: guide }, 'Macros/VBA') })
    const examination = look('guide.doc', file)
    expect(examination.type).toBe('ole-word')
    expect(examination.features).toContainEqual({
      feature: 'macro-autorun',
      path: ['guide.doc', 'Macros/VBA/ThisDocument'],
      proof: 'module ThisDocument, AutoOpen',
    })
    expect(examination.features).toContainEqual({
      feature: 'macro-suspicious',
      path: ['guide.doc', 'Macros/VBA/ThisDocument'],
      proof: 'module ThisDocument: Shell',
    })
  })

  test('of a document in XML are found, whatever the part with them is called', () => {
    const project = compoundFile(vbaProject({ ThisDocument: guide }))
    for (const name of [
      'word/vbaProject.bin',
      'word/media/image7.jpg',
      'custom/anything',
      'word/theme/theme2.xml',
      'word/printerSettings1.bin',
      'word/_rels/more.xml.rels',
    ]) {
      const file = wordFile(paragraph('New EViD User Guides'), { [name]: project })
      const examination = look('New EViD User Guides.docm', file)
      expect(examination.type).toBe('ooxml-word')
      expect(examination.text).toContain('New EViD User Guides')
      expect(featuresOf(examination)).toContain('macro-autorun')
      expect(examination.features[0]?.path).toEqual(['New EViD User Guides.docm', name, 'VBA/ThisDocument'])
    }
  })

  test('are found in a document whose archive is damaged so that only a program that mends it reads it', () => {
    const project = compoundFile(vbaProject({ ThisDocument: guide }))
    const whole = Buffer.from(wordFile(paragraph('x'), { 'word/vbaProject.bin': project }))
    const lists = (): number[] => {
      const found: number[] = []
      for (let at = whole.indexOf('PK\x01\x02'); at >= 0; at = whole.indexOf('PK\x01\x02', at + 4)) found.push(at)
      return found
    }
    const end = whole.lastIndexOf('PK\x05\x06')
    const damaged = (...places: readonly number[]): Uint8Array => {
      const copy = new Uint8Array(whole)
      for (const at of places) copy.fill(0, at, at + 4)
      return copy
    }
    for (const file of [
      damaged(0),
      damaged(end),
      damaged(...lists()),
      ...lists().map((at) => damaged(at)),
      joined(new Uint8Array(100), whole),
      joined(whole, new Uint8Array(70_000)),
    ])
      expect(featuresOf(look('guide.docm', file))).toContain('macro-autorun')
  })

  test('are found in an archive in an archive, with the way there', () => {
    const project = compoundFile(vbaProject({ ThisDocument: guide }))
    const inner = zipFile({ 'guide.docm': wordFile(paragraph('x'), { 'word/vbaProject.bin': project }) })
    const [first] = look('mail.zip', zipFile({ 'inner.zip': inner })).features
    expect(first?.path).toEqual(['mail.zip', 'inner.zip', 'guide.docm', 'word/vbaProject.bin', 'VBA/ThisDocument'])
  })

  test('that are comments, attributes and declarations alone are none', () => {
    const source = "Option Explicit\r\n' Shell is not called\r\nRem AutoOpen\r\nPrivate count As Integer\r\n"
    const file = compoundFile({ WordDocument: 'x', ...vbaProject({ ThisDocument: source }, 'Macros/VBA') })
    expect(look('form.doc', file).features).toEqual([])
  })

  test('whose list of modules is broken are found by their source', () => {
    const streams = { ...vbaProject({ ThisDocument: guide }, 'Macros/VBA'), 'Macros/VBA/dir': 'broken' }
    expect(featuresOf(look('guide.doc', compoundFile({ WordDocument: 'x', ...streams })))).toContain('macro-autorun')
  })

  test('that are compiled while their source was taken away are told as that', () => {
    const streams = { ...vbaProject({ ThisDocument: '' }, 'Macros/VBA') }
    const list = vbaProject({ ThisDocument: '' }, 'Macros/VBA')['Macros/VBA/dir'] as Uint8Array
    const file = compoundFile({
      WordDocument: 'x',
      ...streams,
      'Macros/VBA/dir': list,
      'Macros/VBA/ThisDocument': new Uint8Array(9_000),
    })
    expect(look('guide.doc', file).features[0]?.proof).toBe(
      'module ThisDocument: compiled code whose source is missing',
    )
  })
})

describe('compiled code', () => {
  const lookAt = (source: string, lines: number): Examination => {
    const streams = vbaProject({ Sheet1: source }, '_VBA_PROJECT_CUR/VBA', compiledLines(lines))
    return look('form.xls', compoundFile({ Workbook: 'x', ...streams }))
  }

  test('of a sheet with many controls and no statement is no macro, however long it is', () => {
    const head = joined(new Uint8Array(9_000), compiledLines(0))
    const streams = vbaProject({ Sheet1: '' }, '_VBA_PROJECT_CUR/VBA', head)
    expect(look('form.xls', compoundFile({ Workbook: 'x', ...streams })).features).toEqual([])
  })

  test('of a module of comments is none, and of a module whose source was taken away is told', () => {
    expect(lookAt("' one\r\n' two\r\n' three\r\n' four\r\n' five\r\n", 5).features).toEqual([])
    expect(lookAt('', 5).features[0]?.proof).toBe('module Sheet1: compiled code whose source is missing')
  })

  test('with lines that its source does not show is told beside the macro', () => {
    const shown = 'Sub Hello()\r\nEnd Sub\r\n'
    expect(featuresOf(lookAt(shown, 2))).toEqual(['macro'])
    expect(featuresOf(lookAt(shown, 40))).toEqual(['macro', 'macro-suspicious'])
  })
})

test('what VBA packed comes back as in the examples of the specification', () => {
  // MS-OVBA 3.2.2: letters and one copy; 3.2.3: the most that is packed.
  const normal = Uint8Array.from(
    '01 2F B0 00 23 61 61 61 62 63 64 65 82 66 00 70 61 67 68 69 6A 01 38 08 61 6B 6C 00 30 6D 6E 6F 70 06 71 02 70 04 10 72 73 74 75 76 10 77 78 79 7A 00 3C'
      .split(' ')
      .map((hex) => Number.parseInt(hex, 16)),
  )
  const text = Buffer.from(decompressVba(normal, 0, 1_000).bytes).toString('latin1')
  expect(text).toBe('#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa')
  const most = Uint8Array.from([0x01, 0x03, 0xb0, 0x02, 0x61, 0x45, 0x00])
  expect(Buffer.from(decompressVba(most, 0, 1_000).bytes).toString('latin1')).toBe('a'.repeat(73))
})

test('an ordinary document with a link, a picture, a template of its own disk and an embedded sheet is not active', () => {
  const file = wordFile(paragraph('Agenda'), {
    'word/_rels/document.xml.rels': relationships(
      ['hyperlink', '!https://www.example.org/agenda'],
      ['image', 'media/image1.png'],
      ['package', 'embeddings/sheet1.xlsx'],
    ),
    'word/_rels/settings.xml.rels': relationships(['attachedTemplate', '!file:///C:\\Users\\clerk\\Letter.dotx']),
    'word/embeddings/sheet1.xlsx': zipFile({
      '[Content_Types].xml': '<Types/>',
      '_rels/.rels': relationships(['officeDocument', 'xl/workbook.xml']),
      'xl/workbook.xml': '<workbook/>',
    }),
  })
  const examination = look('agenda.docx', file)
  expect(featuresOf(examination)).toEqual(['embedded-document'])
  expect(examination.links).toEqual([
    {
      target: 'https://www.example.org/agenda',
      path: ['agenda.docx', 'word/_rels/document.xml.rels'],
      from: 'document',
    },
  ])
})
