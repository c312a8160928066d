import { describe, expect, test } from 'vitest'
import { type Examination, isActive, type PayloadFeature } from './examination.ts'
import { featuresOf, look, proofOf } from './examined.fixture.ts'
import {
  bytesOf,
  compoundFile,
  joined,
  packagedFile,
  paragraph,
  relationships,
  u16,
  u32,
  wideBytesOf,
  wordFile,
} from './office.fixture.ts'
import { biff, classRecord, equationData, rtfObject, slideRecord, workbookStream } from './other.fixture.ts'

const equationClass = '0002CE02-0000-0000-C000-000000000046'
const withEquation = (native: Uint8Array): Examination =>
  look(
    'paper.doc',
    compoundFile({ WordDocument: 'x', 'ObjectPool/_1/Equation Native': native }, { 'ObjectPool/_1': equationClass }),
  )

describe('equations of the old editor', () => {
  test('that are ordinary are an object and nothing more', () => {
    expect(featuresOf(withEquation(equationData()))).toEqual(['embedded-document'])
    expect(featuresOf(withEquation(equationData('Times New Roman')))).toEqual(['embedded-document'])
  })

  test('of its first version are too', () => {
    const native = (...font: readonly number[]): Examination => {
      const content = joined([2, 0, 1, 1, 0, 10, 1], font, [0x12, 0x83, 0x6b, 0, 0])
      return look(
        'paper.doc',
        compoundFile(
          { WordDocument: 'x', 'ObjectPool/_1/\x01Ole10Native': joined(u32(content.length), content) },
          { 'ObjectPool/_1': equationClass },
        ),
      )
    }
    expect(featuresOf(native())).toEqual(['embedded-document'])
    expect(featuresOf(native(8, 1, 0, ...Array.from({ length: 40 }, () => 0x41), 0))).toContain('embedded-object')
  })

  test('with a font name longer than the editor keeps, or data that end nowhere, are active', () => {
    expect(featuresOf(withEquation(equationData('A'.repeat(44))))).toContain('embedded-object')
    const disguised = compoundFile({ WordDocument: 'x', 'ObjectPool/_1/eQuATION nATive': equationData('A'.repeat(44)) })
    expect(featuresOf(look('a.doc', disguised))).toEqual(['embedded-object'])
    expect(featuresOf(withEquation(equationData().subarray(0, 38)))).toContain('embedded-object')
    expect(featuresOf(withEquation(bytesOf('cmd.exe /c calc and other words')))).toContain('embedded-object')
  })

  test('without any data are active by their class', () => {
    const file = compoundFile({ WordDocument: 'x', 'ObjectPool/_1/other': 'x' }, { 'ObjectPool/_1': equationClass })
    expect(proofOf(look('paper.doc', file), 'embedded-object')).toContain('equation editor')
  })

  test('in RTF are judged by their data too, and by their name where there are none', () => {
    const native = (data: Uint8Array): Uint8Array => compoundFile({ 'Equation Native': data })
    const inRtf = (data: Uint8Array, control = ''): PayloadFeature[] =>
      featuresOf(look('a.rtf', rtfObject('Equation.3', data, control)))
    expect(inRtf(native(equationData()))).toEqual(['embedded-document'])
    expect(inRtf(native(equationData('A'.repeat(44))))).toContain('embedded-object')
    expect(inRtf(native(equationData()), '\\objupdate')).toContain('embedded-object')
    expect(inRtf(bytesOf('some native data'))).toContain('embedded-object')
    expect(featuresOf(look('a.rtf', '{\\rtf1{\\object{\\*\\objclass Equation.3}}}'))).toEqual(['embedded-object'])
  })

  test('with many bytes and no zero among them are active, whatever records they are taken for', () => {
    const font = [0x12, 0x83, 0x41, 0x41]
    const content = joined([3, 1, 1, 3, 10, 10, 1], ...Array.from({ length: 20 }, () => font), [0, 0])
    const head = joined(u16(28), u32(0x20000), u16(0xc332), u32(content.length), new Uint8Array(16))
    expect(featuresOf(withEquation(joined(head, content)))).toContain('embedded-object')
  })
})

describe('native data', () => {
  test('that begin like a package and are none give no file', () => {
    const native = joined(u16(2), ' \0', ' F = q v B\0', [7, 7, 7, 7, 7, 7])
    const object = compoundFile({ '\x01Ole10Native': joined(u32(native.length), native) })
    expect(featuresOf(look('object.bin', object))).toEqual([])
    expect(
      featuresOf(look('object.bin', compoundFile({ '\x01Ole10Native': packagedFile('a.js', bytesOf('x')) }))),
    ).toContain('embedded-package')
  })
})

describe('controls', () => {
  const sheet = (classId: string): Uint8Array =>
    wordFile(paragraph('x'), {
      'word/activeX/_rels/activeX1.xml.rels': relationships(['activeXControlBinary', 'activeX1.bin']),
      'word/_rels/document.xml.rels': relationships(['control', 'activeX/activeX1.xml']),
      'word/activeX/activeX1.xml': `<?xml version="1.0"?><ax:ocx ax:classid="{${classId}}" ax:persistence="persistStreamInit"/>`,
    })

  test('of Office’s own boxes are a form, others are active, by the class in their part', () => {
    expect(featuresOf(look('a.docx', sheet('8BD21D40-EC42-11CE-9E0D-00AA006002F3')))).toEqual(['form-control'])
    expect(featuresOf(look('a.docx', sheet('00001111-2222-3333-4444-555566667777')))).toEqual(['activex'])
    expect(proofOf(look('a.docx', sheet('EAB22AC3-30C1-11CF-A7EB-0000C05BAE0B')), 'embedded-object')).toContain(
      'browser',
    )
  })

  test('on binary sheets are told by the class behind their formula', () => {
    const inSheet = (className: string, isControl: boolean): PayloadFeature[] =>
      featuresOf(look('a.xls', compoundFile({ Workbook: workbookStream(classRecord(className, isControl)) })))
    expect(inSheet('Forms.CheckBox.1', true)).toEqual(['form-control'])
    expect(inSheet('Shell.Explorer.2', true)).toEqual(['embedded-object'])
    expect(inSheet('Some.Control.1', true)).toEqual(['activex'])
    expect(inSheet('Word.Document.8', false)).toEqual(['embedded-document'])
  })
})

test('controls on binary slides are told by their class', () => {
  const slide = (...names: readonly string[]): PayloadFeature[] => {
    const texts = names.map((name) => slideRecord(0x0fba, 2, wideBytesOf(name)))
    const stream = joined(slideRecord(0x0fee, 0, new Uint8Array(0)), ...texts)
    return featuresOf(look('a.ppt', compoundFile({ 'PowerPoint Document': stream })))
  }
  expect(slide('Forms.CommandButton.1')).toEqual(['form-control'])
  expect(slide('ShockwaveFlash.ShockwaveFlash.1')).toEqual(['embedded-object'])
  expect(slide()).toEqual(['activex'])
})

describe('objects', () => {
  test('of a class that a program names in its own language are ordinary; what they hold is looked into', () => {
    const body =
      '<w:object><o:OLEObject Type="Embed" ProgID="Planilha" xmlns:o="urn:schemas-microsoft-com:office:office"/></w:object>'
    expect(look('a.docx', wordFile(body)).features.some(({ feature }) => isActive(feature))).toBe(false)
  })

  test('of a class that is made up are active in RTF, where classes are written by hand', () => {
    expect(featuresOf(look('a.doc', rtfObject('qwertz', bytesOf('some native data'))))).toContain('embedded-object')
  })

  test('that a click on a slide opens are told, and only what they hold makes them active', () => {
    const action = joined(u32(0), u32(0), [5, 0, 0, 0, 0, 0, 0, 0])
    const file = compoundFile({ 'PowerPoint Document': slideRecord(0x0ff3, 0, action) })
    expect(featuresOf(look('a.ppt', file))).toEqual(['embedded-document'])
  })

  test('with an empty name of a control, as LibreOffice writes every object, are none', () => {
    const object = (name: string): Uint8Array =>
      compoundFile(
        { WordDocument: 'x', 'ObjectPool/_1/\x03OCXNAME': name, 'ObjectPool/_1/contents': 'x' },
        { 'ObjectPool/_1': '00021A14-0000-0000-C000-000000000046' },
      )
    expect(featuresOf(look('a.doc', object('')))).toEqual(['embedded-document'])
    expect(featuresOf(look('a.doc', object('Control1')))).toContain('activex')
  })

  test('of a foreign program in a document are told by their class', () => {
    const file = compoundFile(
      { WordDocument: 'x', 'ObjectPool/_1/CONTENTS': 'drawing' },
      { 'ObjectPool/_1': '11943940-36DE-11CF-953E-00C0A84029E9' },
    )
    expect(proofOf(look('a.doc', file), 'embedded-document')).toContain('11943940')
  })
})

describe('binary workbooks', () => {
  const begin = (record: number, version: number, kind: number): Uint8Array =>
    biff(record, joined(u16(version), u16(kind), new Uint8Array(4)))
  const bare = (...records: readonly Uint8Array[]): Uint8Array =>
    compoundFile({ Book: joined(...records, biff(0x0a, new Uint8Array(0))) })

  test('list numbers of sheets where older ones name programs: no link is made of numbers', () => {
    const numbers = biff(0x17, joined(u16(9), u16(0), u16(0xffff), u16(0xffff), u16(3), u16(3), u16(0), u16(3), u16(3)))
    expect(featuresOf(look('a.xls', compoundFile({ Workbook: workbookStream(numbers) })))).toEqual([])
    const link = biff(0x17, joined([9], 'cmd\x03/c cal'))
    expect(proofOf(look('a.xls', bare(begin(0x809, 0x500, 5), link)), 'dde')).toBe('cmd|/c cal')
  })

  test('of Excel 5 have their names read without flags', () => {
    const name = biff(0x18, joined(u16(0), [0, 9], u16(0), u16(0), u16(0), u32(0), 'Auto_Open'))
    expect(proofOf(look('a.xls', bare(begin(0x809, 0x500, 5), name)), 'excel4-macro')).toBe('Auto_Open runs by itself')
  })

  test('with a sheet that begins as one of macros are found though the list calls it another', () => {
    const listed = biff(0x85, joined(u32(0), [0, 0, 6, 0], 'Sheet1'))
    const file = compoundFile({ Workbook: joined(workbookStream(listed), begin(0x809, 0x600, 0x40)) })
    expect(featuresOf(look('a.xls', file))).toEqual(['excel4-macro'])
  })

  test('without a compound file around them are read, sheets of macros of Excel 4 too', () => {
    const old = joined([9, 4, 6, 0], u16(0), u16(0x40), u16(0))
    expect(featuresOf(look('a.xls', old))).toEqual(['excel4-macro'])
    const stream = joined([9, 8, 16, 0], u16(0x600), u16(5), new Uint8Array(12), classRecord('Forms.ListBox.1', true))
    expect(look('a.xls', stream).type).toBe('excel-stream')
    expect(featuresOf(look('a.xls', stream))).toEqual(['form-control'])
  })
})

describe('OpenDocument in one XML file', () => {
  const flat = (inside: string): string =>
    `<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:mimetype="application/vnd.oasis.opendocument.text">${inside}<office:body><text:p>Agenda</text:p></office:body></office:document>`

  test('gives its text, its macros and the files in it', () => {
    expect(look('a.fodt', flat(''))).toMatchObject({ type: 'odf-text', text: 'Agenda', features: [] })
    const module =
      '<office:scripts><ooo:module ooo:name="Module1"><ooo:source-code>Sub Main\n  Shell("calc")\nEnd Sub</ooo:source-code></ooo:module></office:scripts>'
    expect(featuresOf(look('a.fodt', flat(module)))).toEqual(['macro', 'macro-suspicious'])
    const code = (source: string): string =>
      flat(`<ooo:module ooo:name="Sheet1"><ooo:source-code>${source}</ooo:source-code></ooo:module>`)
    expect(
      look('a.fods', code('Rem Attribute VBA_ModuleType=VBADocumentModule\nOption VBASupport 1\n')).features,
    ).toEqual([])
    const event = 'Option VBASupport 1\nSub Workbook_Open()\n  x = 1\nEnd Sub'
    expect(featuresOf(look('a.fods', code(event)))).toEqual(['macro', 'macro-autorun'])
    const object = Buffer.from(compoundFile({ '\x01Ole10Native': packagedFile('a.js', bytesOf('x')) }))
    const binary = `<draw:object-ole><office:binary-data>${object.toString('base64')}</office:binary-data></draw:object-ole>`
    expect(featuresOf(look('a.fodt', flat(binary)))).toContain('embedded-package')
    const quiet =
      '<script:event-listener script:event-name="dom:load" xlink:href=""/><script:event-listener script:event-name="office:new" script:macro-name="application:Template.Letters.Main"/>'
    expect(featuresOf(look('a.fodt', flat(quiet)))).toEqual(['linked-file'])
    const click = (href: string, action = 'show'): PayloadFeature[] =>
      featuresOf(
        look(
          'a.fodp',
          flat(
            `<presentation:event-listener script:event-name="dom:click" presentation:action="${action}" xlink:href="${href}"/>`,
          ),
        ),
      )
    expect(click('https://example.org/')).toEqual([])
    expect(click('file:///C:/windows/calc.exe', 'execute')).toEqual(['external-relationship'])
    expect(click('vnd.sun.star.script:Standard.Module1.Main?language=Basic', 'execute-macro')).toEqual(['macro'])
    const listener =
      '<office:event-listeners><script:event-listener script:event-name="dom:load" xlink:href="vnd.sun.star.script:a"/></office:event-listeners>'
    expect(featuresOf(look('a.fodt', flat(listener)))).toEqual(['macro-autorun'])
  })
})

test('a link to script that came along with text from a page is no active content', () => {
  const withLink = (target: string): boolean =>
    look(
      'a.docx',
      wordFile(paragraph('x'), { 'word/_rels/document.xml.rels': relationships(['hyperlink', target]) }),
    ).features.some(({ feature }) => isActive(feature))
  expect(withLink('!javascript:toggle()')).toBe(false)
  expect(withLink('!ms-msdt:/id PCWDiagnostic')).toBe(true)
})
