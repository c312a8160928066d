import { describe, expect, test } from 'vitest'
import type { Examination, PayloadFeature } from './examination.ts'
import { examine } from './examine.ts'
import { featuresOf, look as lookAt } from './examined.fixture.ts'
import { encryptedPdf, objectStream, packedStream, pdfFile } from './other.fixture.ts'

const look = (bytes: Uint8Array): Examination => lookAt('guide.pdf', bytes, 'application/pdf')

describe('a PDF', () => {
  test('with script that runs on opening is found, though its names are escaped and it lies in a packed stream', () => {
    const plain = pdfFile([
      '<< /OpenAction 7 0 R >>',
      objectStream({ 7: '<< /S /JavaScript /JS (app.launchURL\\("https://example.org"\\)) >>' }),
    ])
    expect(featuresOf(look(plain))).toEqual(['pdf-action', 'pdf-script'])
    const hidden = look(pdfFile(['<< /OpenAction << /S /J#61vaScript /#4a#53 (this.submitForm\\(\\)) >> >>']))
    expect(featuresOf(hidden)).toContain('pdf-script')
    expect(hidden.problems).toContain('Names in a PDF are written so that searches do not find them.')
  })

  test('padded with more objects than are read is searched for those that act, packed ones too', () => {
    const padding = Array.from({ length: 50_001 }, (_, index) => `${index}`)
    const launch = look(pdfFile([...padding, '<< /S /Launch /F (cmd.exe) >>']))
    expect(featuresOf(launch)).toEqual(['pdf-launch'])
    expect(launch.problems).toEqual(['A PDF has more objects than were read.'])
    const packed = pdfFile([
      ...padding,
      objectStream({ 7: '[1 2 3]', 8: '<< /S /JavaScript /JS (app.alert\\(1\\)) >>' }),
    ])
    expect(featuresOf(look(packed))).toEqual(['pdf-script'])
  })

  test('that starts a program is found with its arguments', () => {
    const found = look(pdfFile(['<< /OpenAction << /S /Launch /Win << /F (cmd.exe) /P (/c calc) >> >> >>'])).features
    expect(found).toContainEqual({
      feature: 'pdf-launch',
      path: ['guide.pdf', 'object 1'],
      proof: 'starts cmd.exe /c calc',
    })
  })

  test('has the files in it examined', () => {
    const file = pdfFile([
      '<< /Type /Filespec /F (run.js) /EF << /F 2 0 R >> >>',
      packedStream('var a', '/Type /EmbeddedFile '),
    ])
    const examination = look(file)
    expect(featuresOf(examination)).toEqual(['pdf-embedded-file', 'script-file'])
    expect(examination.hashes.map(({ path }) => path.at(-1))).toEqual(['guide.pdf', 'run.js'])
  })

  test('that is a form with dates in shape and sums is not active', () => {
    const file = pdfFile([
      '<< /AcroForm << /Fields [2 0 R 3 0 R] >> >>',
      '<< /FT /Tx /T (date) /AA << /F << /S /JavaScript /JS (AFDate_FormatEx\\("mm/dd/yyyy"\\);) >> >> >>',
      '<< /FT /Tx /T (sum) /AA << /C 4 0 R >> >>',
      '<< /S /JavaScript /JS (event.value = this.getField\\("a"\\).value * 2) >>',
    ])
    expect(featuresOf(look(file))).toEqual(['pdf-form-script'])
  })

  test('gives its links and its text, by the tables of its fonts', () => {
    const table = '1 beginbfchar <0001> <0045> endbfchar 1 beginbfrange <0002> <0003> <0056> endbfrange'
    const file = pdfFile([
      '<< /Type /Page /Resources << /Font << /F1 2 0 R >> >> /Annots [<< /A << /S /URI /URI (https://example.org/login) >> >>] >>',
      '<< /Type /Font /Subtype /Type0 /ToUnicode 3 0 R >>',
      packedStream(table, '/CMapName /x '),
      packedStream('BT /F1 9 Tf <000100020003> Tj ET BT /F2 9 Tf [(User) -300 (Guide)] TJ ET'),
    ])
    const { links, text, features } = look(file)
    expect(links).toEqual([{ target: 'https://example.org/login', path: ['guide.pdf', 'object 1'], from: 'pdf' }])
    expect(text).toBe('EVW\nUser Guide')
    expect(features).toEqual([])
  })

  test('gives its pictures for codes, bare pixels in grey', () => {
    const pixels = new Uint8Array(25 * 25 * 3).fill(255)
    const file = pdfFile([
      packedStream(pixels, '/Subtype /Image /Width 25 /Height 25 /BitsPerComponent 8 /ColorSpace /DeviceRGB '),
    ])
    expect(look(file).pictures).toMatchObject([{ type: 'grey', width: 25, height: 25 }])
  })

  test('with a picture larger than is unpacked says so', () => {
    const file = pdfFile([
      packedStream(
        new Uint8Array(9_000),
        '/Subtype /Image /Width 3900 /Height 3900 /BitsPerComponent 8 /ColorSpace /DeviceRGB ',
      ),
    ])
    expect(look(file).problems).toEqual(['A very large picture was not looked into.'])
  })

  test('that is encrypted but opens without a password is read, and so is one whose password stands in the mail', () => {
    const linksOf = (password: string, passwords: readonly string[]): string[] =>
      examine(
        { name: 'a.pdf', contentType: '', bytes: encryptedPdf('https://example.org/x', password) },
        { passwords },
      ).links.map(({ target }) => target)
    expect(linksOf('', [])).toEqual(['https://example.org/x'])
    expect(linksOf('secret', ['wrong', 'secret'])).toEqual(['https://example.org/x'])
    expect(linksOf('secret', ['wrong'])).toEqual([])
  })

  test('of which only the files are locked is read, and the files are told as locked', () => {
    const zeros = '00'.repeat(48)
    const encrypt = `/Encrypt << /Filter /Standard /V 5 /R 6 /StmF /Identity /StrF /Identity /EFF /StdCF /CF << /StdCF << /CFM /AESV3 >> >> /U <${zeros}> /O <${zeros}> /UE <${zeros}> /OE <${zeros}> >> `
    const file = pdfFile(
      [
        '<< /OpenAction 7 0 R /Names << /EmbeddedFiles << /Names [(a) 2 0 R] >> >> >>',
        '<< /Type /Filespec /F (a.docm) /EF << /F 3 0 R >> >>',
        '<< /Length 12 >>\nstream\nlocked bytes\nendstream',
        objectStream({ 7: '<< /S /JavaScript /JS (app.alert\\(1\\)) >>' }),
      ],
      encrypt,
    )
    const examination = look(file)
    expect(featuresOf(examination)).toEqual(['pdf-action', 'pdf-embedded-file', 'encrypted-document', 'pdf-script'])
    expect(examination.features.find(({ feature }) => feature === 'encrypted-document')?.proof).toBe(
      'file a.docm, with a password of its own',
    )
  })

  test('with a trailer that says in vain that it is encrypted is read all the same', () => {
    const script = objectStream({ 7: '<< /S /JavaScript /JS 3 0 R >>', 8: '<< /F (run.js) /EF << /F 4 0 R >> >>' })
    for (const encryption of ['<< /Filter /Standard /V 1 /R 2 /O <00> /U <00> /P 0 >>', 'null']) {
      const file = pdfFile(
        [script, encryption, packedStream('app.alert(1)'), packedStream('var a', '/Type /EmbeddedFile ')],
        '/Encrypt 2 0 R ',
      )
      const examination = look(file)
      expect(examination.features.map(({ proof }) => proof)).toContain('app.alert(1)')
      expect(featuresOf(examination)).toContain('script-file')
    }
  })

  test('that stays closed is told as that', () => {
    expect(featuresOf(look(encryptedPdf('https://example.org/x', 'secret')))).toEqual(['encrypted-document'])
    const forSome = look(pdfFile(['<< >>'], '/Encrypt << /Filter /Adobe.PubSec /V 4 >> '))
    expect(forSome.features.map(({ proof }) => proof)).toEqual(['PDF that only certain recipients can open'])
  })

  test('without its first line is read by its objects, as some viewers do', () => {
    const bytes = pdfFile(['<< /S /Launch /F (cmd.exe) >>']).slice(9)
    const file = new Uint8Array(Buffer.concat([bytes, Buffer.from('startxref\n0\n%%EOF\n')]))
    expect(featuresOf(look(file))).toContain('pdf-launch')
  })

  test('opens by its owner’s password, an empty one too', () => {
    const linksOf = (bytes: Uint8Array, passwords: readonly string[]): string[] =>
      examine({ name: 'a.pdf', contentType: '', bytes }, { passwords }).links.map(({ target }) => target)
    expect(linksOf(encryptedPdf('https://example.org/x', 'secret', ''), [])).toEqual(['https://example.org/x'])
    expect(linksOf(encryptedPdf('https://example.org/x', 'secret', 'owner'), ['owner'])).toHaveLength(1)
    expect(linksOf(encryptedPdf('https://example.org/x', 'secret', 'owner'), ['other'])).toEqual([])
  })
})

describe('script of a PDF', () => {
  const quoted = (code: string): string => code.replace(/[\\()]/g, '\\$&')
  const action = (code: string): string => `<< /S /JavaScript /JS (${quoted(code)}) >>`
  const onOpening = (code: string, ...others: readonly string[]): PayloadFeature[] =>
    featuresOf(look(pdfFile([`<< /OpenAction ${action(code)} >>`, ...others.map(action)]))).filter(
      (feature) => feature !== 'pdf-action',
    )
  const onClick = (code: string): Examination => look(pdfFile([`<< /Subtype /Widget /FT /Btn /A ${action(code)} >>`]))

  test('that fills, shows, adds up or prints stays within the document', () => {
    for (const code of [
      'this.print({ bUI: true, bSilent: false });',
      'var total = this.getField("a").value + 2; this.getField("sum").value = total.toFixed(2);',
      'for (var i = 0; i < this.numFields; i++) { var f = this.getField(this.getNthFieldName(i)); f.readonly = true }',
      'function show(name) { this.getField(name).display = display.visible }',
    ])
      expect(onOpening(code)).toEqual(['pdf-form-script'])
    expect(onOpening('add(1)', 'function add(n) { this.total = n }')).toEqual(['pdf-form-script'])
  })

  test('that speaks, reaches out or hides what it calls acts', () => {
    for (const code of [
      'app.alert("Please update your reader")',
      'app.launchURL("https://example.org/x")',
      'this.exportDataObject({ cName: "a.exe", nLaunch: 2 })',
      'var a = "launch" + "URL"; app[a]("https://example.org")',
      'var f = this[name]; f("x")',
      'this.go = app.go; this.go("x")',
      'Collab.show({ doc: this })',
      'var x = { valueOf: function () { return 1 } }; x + 1',
      'if (1) /"/.test("a"); util.crash("b") //"',
      'var s = "x"; // shown\u2028util.crash(s)',
      `this.getField("a").value = "${'9'.repeat(70_000)}"`,
    ])
      expect(onOpening(code)).toEqual(['pdf-script'])
  })

  test('of a button may speak, and one that opens a page is a link', () => {
    expect(featuresOf(onClick('app.alert("Fill in your name first")'))).toEqual(['pdf-form-script'])
    const link = onClick('app.launchURL("https://example.org/form", true);')
    expect(link.features).toEqual([])
    expect(link.links.map(({ target }) => target)).toEqual(['https://example.org/form'])
    expect(featuresOf(onClick('app.launchURL("file:///c:/windows/x.exe")'))).toEqual(['pdf-script'])
  })
})
