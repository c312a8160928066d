import { deflateSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import type { PayloadFeature } from './examination.ts'
import { isActive } from './examination.ts'
import { featuresOf, look, proofOf } from './examined.fixture.ts'
import {
  bytesOf,
  compoundFile,
  joined,
  packagedFile,
  paragraph,
  relationships,
  sharedZip,
  u16,
  u32,
  wideBytesOf,
  wordFile,
  zipFile,
} from './office.fixture.ts'
import {
  biff,
  isoFile,
  oldWordStream,
  oneNoteFile,
  rtfObject,
  shortcutFile,
  slideRecord,
  wordStreams,
  workbookStream,
} from './other.fixture.ts'

const mark = (type: string): string => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`
const instruction = (text: string): string => `<w:r><w:instrText>${text}</w:instrText></w:r>`

describe('fields that start programs', () => {
  test('are found though their words are cut over several runs', () => {
    const body = `<w:p>${mark('begin')}${instruction('D')}${instruction('DEAU')}${instruction('TO cmd.exe "/k calc"')}${mark('separate')}${mark('end')}</w:p>`
    expect(proofOf(look('a.docx', wordFile(body)), 'dde')).toBe('DDEAUTO cmd.exe "/k calc"')
  })

  test('are found though their words are written as character codes in fields within', () => {
    const quoted = `${mark('begin')}${instruction(' QUOTE 68 68 69 65 85 84 79 ')}${mark('end')}`
    const body = `<w:p>${mark('begin')}${quoted}${instruction(' cmd')}${mark('end')}</w:p>`
    expect(featuresOf(look('a.docx', wordFile(body)))).toContain('dde')
  })

  test('are found in simple fields and in binary documents', () => {
    expect(featuresOf(look('a.docx', wordFile('<w:fldSimple w:instr="DDE excel x y"/>')))).toContain('dde')
    const file = compoundFile(wordStreams('Dear clerk \x13 DDEAUTO cmd "/k calc" \x14 x\x15 bye'))
    const examination = look('a.doc', file)
    expect(featuresOf(examination)).toContain('dde')
    expect(examination.text).toContain('Dear clerk')
  })

  test('are found behind more tags than are read, and in RTF behind as many words', () => {
    const body = `${'<w:r/>'.repeat(1_000_001)}<w:p>${mark('begin')}${instruction('DDE')}${instruction('AUTO cmd')}${mark('end')}</w:p>`
    const examination = look('a.docx', wordFile(body))
    expect(proofOf(examination, 'dde')).toBe('DDEAUTO cmd')
    expect(examination.problems).toEqual(['A part of a document has more tags than were read.'])
    const text = `{\\rtf1${'\\b a'.repeat(600_000)}{\\field{\\*\\fldinst DDEAUTO cmd}{\\fldrslt x}}}`
    expect(featuresOf(look('a.rtf', text))).toEqual(['dde'])
  })

  test('are found in documents of Word 95, in the order of their pieces', () => {
    const file = compoundFile({
      WordDocument: oldWordStream('Dear clerk \x13 DDE', 'AUTO cmd "/k calc" \x14 x\x15 bye'),
    })
    const examination = look('a.doc', file)
    expect(proofOf(examination, 'dde')).toBe('DDEAUTO cmd "/k calc"')
    expect(examination.text).toContain('Dear clerk')
  })

  test('are found in a main part that has the name of one that holds looks alone', () => {
    const name = 'word/styles.xml'
    const file = wordFile('', {
      '_rels/.rels': relationships(['officeDocument', name]),
      [name]: `<w:document>${mark('begin')}${instruction('DDEAUTO cmd')}${mark('end')}</w:document>`,
    })
    expect(featuresOf(look('a.docx', file))).toContain('dde')
  })

  test('are not seen in ordinary fields', () => {
    const body = `<w:p>${mark('begin')}${instruction(' HYPERLINK "https://example.org/" ')}${mark('separate')}<w:r><w:t>us</w:t></w:r>${mark('end')}${mark('begin')}${instruction(' PAGE ')}${mark('end')}</w:p>`
    const examination = look('a.docx', wordFile(body))
    expect(examination.features).toEqual([])
    expect(examination.links.map(({ target }) => target)).toEqual(['https://example.org/'])
  })
})

describe('relationships', () => {
  const withTemplate = (target: string): PayloadFeature[] =>
    featuresOf(
      look(
        'a.docx',
        wordFile(paragraph('x'), { 'word/_rels/settings.xml.rels': relationships(['attachedTemplate', target]) }),
      ),
    )

  test('to a template on the web or on a foreign server are found', () => {
    expect(withTemplate('!https://example.org/a.dotm')).toEqual(['external-template'])
    expect(withTemplate('!\\\\203.0.113.9\\share\\a.dotm')).toEqual(['external-template'])
    expect(withTemplate('!file://files.example.org/a.dotm')).toEqual(['external-template'])
  })

  test('to a template of the office itself are ordinary', () => {
    expect(withTemplate('!file:///C:\\Office\\Letter.dotx').some(isActive)).toBe(false)
    expect(withTemplate('!\\\\fileserver\\templates\\Letter.dotx').some(isActive)).toBe(false)
  })

  test('that start a program of the system are found whatever their kind', () => {
    const file = wordFile(paragraph('x'), {
      'word/_rels/document.xml.rels': relationships(
        ['oleObject', '!mhtml:https://example.org/a!x-usc:https://example.org/a'],
        ['hyperlink', '!search-ms:query=x&crumb=location:\\\\203.0.113.9\\x'],
      ),
    })
    expect(look('a.docx', file).features.filter(({ feature }) => feature === 'external-relationship')).toHaveLength(2)
  })
})

describe('objects', () => {
  test('that are packaged files are found with their name, and the file is examined', () => {
    const object = compoundFile({ '\x01Ole10Native': packagedFile('report.pdf.js', bytesOf('var a = 1')) })
    const examination = look(
      'a.docx',
      wordFile(paragraph('x'), {
        'word/embeddings/oleObject1.bin': object,
        'word/_rels/document.xml.rels': relationships(['oleObject', 'embeddings/oleObject1.bin']),
      }),
    )
    expect(proofOf(examination, 'embedded-package')).toBe('file report.pdf.js, from C:\\Users\\author\\report.pdf.js')
    expect(featuresOf(examination)).toEqual(expect.arrayContaining(['script-file', 'double-extension']))
  })

  test('of the equation editor in RTF are found, whatever stands between the digits', () => {
    const plain = rtfObject('Equation.3', bytesOf('some native data'), '\\objupdate')
    expect(look('a.doc', plain).features.some(({ proof }) => proof.includes('equation editor'))).toBe(true)
    const spread = plain.replace(/\\objdata ([0-9a-f]{20})([0-9a-f]{20})/, '\\objdata $1\r\n {\\*\\x}\\bin0 $2')
    expect(featuresOf(look('a.doc', spread))).toContain('embedded-object')
  })

  test('in presentations are found in their packed storage', () => {
    const object = compoundFile({ '\x01Ole10Native': packagedFile('a.lnk', shortcutFile('cmd.exe', '/c x')) })
    const zlib = joined([0x78, 0x9c], deflateSync(object), [0, 0, 0, 0])
    const file = compoundFile({ 'PowerPoint Document': slideRecord(0x1011, 1, joined(u32(object.length), zlib)) })
    expect(featuresOf(look('a.ppt', file))).toEqual(['embedded-package', 'shortcut'])
  })
})

describe('workbooks', () => {
  test('with a hidden sheet of Excel 4 macros and a name that runs are found', () => {
    const sheet = biff(0x85, joined(u32(0), [2, 1, 6, 0], 'Macro1'))
    const name = biff(0x18, joined(u16(0x20), [0, 1], u16(0), u16(0), u16(0), u32(0), [0, 1]))
    const proofs = look('a.xls', compoundFile({ Workbook: workbookStream(sheet, name) })).features.map(
      ({ proof }) => proof,
    )
    expect(proofs).toEqual(['very hidden macro sheet Macro1', 'Auto_Open runs by itself'])
  })

  test('with a link to a program are found, in binary and as text', () => {
    const link = biff(0x1ae, joined(u16(0), u16(10), [0], 'cmd\x03/c cal'))
    expect(proofOf(look('a.xls', compoundFile({ Workbook: workbookStream(link) })), 'dde')).toBe('cmd|/c cal')
    expect(featuresOf(look('a.csv', "name,=cmd|'/c calc'!A1\n"))).toContain('dde')
    expect(featuresOf(look('a.csv', 'name,a|b,c!\n=SUM(A1:A2)|x\n'))).toEqual([])
  })
})

describe('SYLK', () => {
  test('that is a list of values is no script, whatever its name ends in', () => {
    const list = 'ID;PCALCOOO32\r\nB;Y2;X1\r\nC;Y1;X1;K1\r\nC;Y2;X1;K2;ESUM(R[-1]C)\r\nE\r\n'
    expect(look('list.slk', list).features).toEqual([])
  })

  test('with macros of Excel 4 is found by its option, its names and its calls', () => {
    const proofs = look('list.slk', 'ID;P\nO;G;E\nNN;NAuto_open;ER1C1\nC;Y1;X1;K0;E1+EXEC("calc")\nE\n').features
    expect(proofs.map(({ feature, proof }) => `${feature}: ${proof}`)).toEqual([
      'excel4-macro: Auto_open runs by itself',
      'excel4-macro: a sheet of Excel 4 macros',
      'excel4-macro: 1+EXEC("calc")',
    ])
  })
})

describe('files by their names and bytes', () => {
  test('that show one ending and have another are told', () => {
    expect(featuresOf(look('invoice.pdf.exe', 'MZ'))).toContain('double-extension')
    expect(featuresOf(look('annexe\u202efdp.exe', 'MZ'))).toContain('hidden-extension')
    expect(featuresOf(look(`guide.pdf${' '.repeat(40)}.scr`, 'MZ'))).toContain('hidden-extension')
    expect(featuresOf(look('photo.jpg', `MZ${'\0'.repeat(58)}\x40\0\0\0PE\0\0`))).toEqual([
      'executable',
      'type-mismatch',
    ])
    expect(featuresOf(look('logo.gif', 'BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0'))).toEqual([])
    expect(look('minutes.2026.final.docx', wordFile(paragraph('x'))).features).toEqual([])
  })

  test('shortcuts give their target, arguments and what hangs on behind', () => {
    const examination = look(
      'guide.lnk',
      shortcutFile('C:\\Windows\\cmd.exe', '/c start https://example.org/x', new Uint8Array(2_000)),
    )
    expect(proofOf(examination, 'shortcut')).toBe('opens C:\\Windows\\cmd.exe /c start https://example.org/x')
    expect(examination.features.map(({ proof }) => proof)).toContain('2000 bytes hang on behind its end')
    expect(examination.links.map(({ target }) => target)).toEqual(['https://example.org/x'])
  })

  test('in a disc image and in a notebook are examined', () => {
    const image = look('guide.iso', isoFile({ 'GUIDE.LNK': shortcutFile('cmd.exe', '/c x') }))
    expect(image.features.map(({ path }) => path.join('/'))).toContain('guide.iso/GUIDE.LNK')
    expect(featuresOf(image)).toEqual(expect.arrayContaining(['disk-image', 'shortcut']))
    const note = look('guide.one', oneNoteFile('guide.hta', bytesOf('<html><script>x</script></html>')))
    expect(proofOf(note, 'onenote-attachment')).toContain('guide.hta')
  })

  test('of an archive with a password are told by name, and examined where the mail gives the password', () => {
    const heads = joined(
      'PK\x03\x04',
      u16(20),
      u16(1),
      u16(0),
      new Uint8Array(8),
      u32(12),
      u32(0),
      u16(9),
      u16(0),
      'guide.exe',
      new Uint8Array(12),
    )
    expect(featuresOf(look('guide.zip', heads))).toEqual(['encrypted-archive', 'executable'])
  })

  test('whose entries name the same bytes again and again are looked at as far as is unpacked, and that is told', () => {
    const names = ['[Content_Types].xml', ...Array.from({ length: 100 }, (_, index) => `word/a${index}.xml`)]
    const many = look('a.docx', sharedZip(names, new Uint8Array(1_048_576).fill(0x3c)))
    expect(many.problems).toContain('A very large part of a document was read in part.')
    const same = look('a.docx', sharedZip(['[Content_Types].xml', ...Array<string>(20).fill('a.xml')], bytesOf('<a/>')))
    expect(same.problems).toEqual(['A document has a part many times; the first ones were looked at.'])
  })

  test('that grow beyond measure are cut and told', () => {
    const bomb = zipFile({ 'zeros.bin': new Uint8Array(6_000_000) })
    const examination = look('bomb.zip', bomb)
    expect(featuresOf(examination)).toEqual(['decompression-bomb'])
  })

  test('nested too deep are told', () => {
    let file: Uint8Array = bytesOf('x')
    for (let level = 0; level < 12; level++) file = zipFile({ 'a.zip': file })
    expect(featuresOf(look('a.zip', file))).toEqual(['nested-too-deep'])
  })
})

describe('pages', () => {
  test('that make a file out of their own text are found', () => {
    const page = `<html><script>const d = "${'QUJD'.repeat(300)}"; const b = new Blob([Uint8Array.from(atob(d), c => c.charCodeAt(0))]); const a = document.createElement('a'); a.href = URL.createObjectURL(b); a.download = 'guide.iso'; a.click()</script></html>`
    expect(featuresOf(look('guide.html', page))).toContain('html-smuggling')
  })

  test('that hold a file in an address are found, and the file is examined', () => {
    const inner = Buffer.from(zipFile({ 'run.js': 'x' })).toString('base64')
    const examination = look(
      'guide.html',
      `<html><a href="data:application/zip;base64,${inner}" download="guide.zip">open</a></html>`,
    )
    expect(featuresOf(examination)).toEqual(expect.arrayContaining(['html-smuggling', 'script-file']))
  })

  test('with a field for a password, a redirect or script in a picture are told', () => {
    expect(featuresOf(look('a.html', '<form action="https://example.org/x"><input type="password"></form>'))).toContain(
      'html-form',
    )
    expect(
      featuresOf(look('a.html', '<html><meta http-equiv="refresh" content="0; url=https://example.org/"></html>')),
    ).toEqual(['html-redirect'])
    const picture = look(
      'a.svg',
      '<svg xmlns="http://www.w3.org/2000/svg"><script>location.href = atob("aHR0")</script></svg>',
    )
    expect(featuresOf(picture)).toEqual(['html-script', 'html-smuggling'])
  })

  test('with a link to a list on the office’s own server are ordinary; one to a foreign server is told', () => {
    const page = (target: string): string => `<html><body><a href="${target}">list</a></body></html>`
    expect(look('a.html', page('file://fileserver/share/list.xlsx')).features).toEqual([])
    expect(featuresOf(look('a.html', page('file://files.example.org/share/list.xlsx')))).toEqual([
      'external-relationship',
    ])
    expect(featuresOf(look('a.html', page('file://fileserver/share/run.exe')))).toEqual(['external-relationship'])
  })

  test('that are ordinary are left alone', () => {
    const page =
      '<html><head><style>p { color: red }</style></head><body><p>Board meeting</p><a href="https://example.org/">agenda</a><img src="data:image/png;base64,iVBORw0KGgo="></body></html>'
    const examination = look('agenda.html', page)
    expect(examination.features).toEqual([])
    expect(examination.text).toBe('Board meeting\nagenda')
  })
})

test('wide text of scripts is read', () => {
  const page = joined([0xff, 0xfe], wideBytesOf('<html><input type="password"></html>'))
  expect(featuresOf(look('a.html', page))).toContain('html-form')
})
