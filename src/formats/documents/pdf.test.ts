import { describe, expect, test } from 'vitest'
import type { Examination, PayloadFeature } from './examination.ts'
import { examine } from './examine.ts'
import { encryptedPdf, objectStream, packedStream, pdfFile } from './other.fixture.ts'

const look = (bytes: Uint8Array): Examination => examine({ name: 'guide.pdf', contentType: 'application/pdf', bytes })
const featuresOf = ({ features }: Examination): PayloadFeature[] => [...new Set(features.map(({ feature }) => feature))]

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

  test('that stays closed is told as that', () => {
    expect(featuresOf(look(encryptedPdf('https://example.org/x', 'secret')))).toEqual(['encrypted-document'])
  })
})
