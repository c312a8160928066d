/** Fuzz targets for files that came by mail: whole files, and the inner parts of Office files wrapped soundly, so that
 *  hostile bytes get past the container. Reading must not break off unexpectedly, and what is kept stays bounded. */
import assert from 'node:assert/strict'
import { limits } from '../../src/core/limits.ts'
import { brokeOff, examine } from '../../src/formats/documents/examine.ts'
import {
  bytesOf,
  compiledLines,
  compoundFile,
  joined,
  packagedFile,
  packVba,
  paragraph,
  relationships,
  type Streams,
  vbaProject,
  wordFile,
  zipFile,
} from '../../src/formats/documents/office.fixture.ts'
import {
  biff,
  classRecord,
  encryptedPdf,
  equationData,
  isoFile,
  objectStream,
  oneNoteFile,
  packedStream,
  pdfFile,
  rtfObject,
  shortcutFile,
  slideRecord,
  wordStreams,
  workbookStream,
} from '../../src/formats/documents/other.fixture.ts'
import { outlookFile } from '../../src/formats/mail/outlook.fixture.ts'
import type { FuzzTarget } from './engine/target.ts'

function check(name: string, bytes: Uint8Array): void {
  const { features, links, text, problems, hashes } = examine(
    { name, contentType: '', bytes },
    { passwords: ['secret'] },
  )
  assert.ok(!problems.includes(brokeOff), brokeOff)
  assert.ok(features.length <= limits.documentFeaturesMax + 64 && links.length <= limits.documentLinksMax)
  assert.ok(text.length <= limits.documentTextCharactersMax * 2 && hashes.length <= limits.documentFilesMax + 1)
  for (const { proof } of features) assert.ok(proof.length <= limits.documentProofCharactersMax)
}

const whole = (name: string, file: string, ...seeds: readonly Uint8Array[]): FuzzTarget => ({
  name: `documents/${name}`,
  run: (bytes) => check(file, bytes),
  seeds,
})

/** Wraps bytes as the inner part of a file; a seed that is good for it. */
interface Wrapping {
  readonly wrap: (bytes: Uint8Array) => Uint8Array
  readonly seed: Uint8Array
}

/** The first byte chooses the wrapping. Wrapping costs time: inputs beyond a part's bound are cut. */
const wrapped = (name: string, ...wrappings: readonly Wrapping[]): FuzzTarget => ({
  name: `documents/${name}`,
  run(bytes) {
    const { wrap } = wrappings[(bytes[0] ?? 0) % wrappings.length] as Wrapping
    check('file.bin', wrap(bytes.subarray(1, 1_048_576)))
  },
  seeds: wrappings.map(({ seed }, index) => joined([index], seed)),
})

const macro = 'Sub AutoOpen()\r\n  Shell "calc"\r\nEnd Sub\r\n'
const stream =
  (name: string, others: Streams = {}) =>
  (bytes: Uint8Array): Uint8Array =>
    compoundFile({ ...others, [name]: bytes })

const field = (text: string): string =>
  `<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>${text}</w:instrText><w:fldChar w:fldCharType="end"/></w:r>`
const { WordDocument: wordStream, '1Table': wordTable } = wordStreams('Hello \x13 DDEAUTO cmd "/k" \x14x\x15')
const project = vbaProject({ Module1: macro }, 'VBA', compiledLines(3))

/** What `npm run fuzz` runs. */
export const fuzzTargets: readonly FuzzTarget[] = [
  whole(
    'ole',
    'guide.doc',
    compoundFile({ ...wordStreams('Hello'), ...vbaProject({ Module1: macro }, 'Macros/VBA') }),
    compoundFile({ '\x01Ole10Native': packagedFile('a.txt', bytesOf('x')) }),
  ),
  whole(
    'zip',
    'guide.zip',
    zipFile({ 'a.txt': 'Hello', 'b.docx': wordFile(paragraph('Hello')) }),
    wordFile(field('DDE cmd')),
  ),
  whole(
    'rtf',
    'guide.rtf',
    bytesOf(rtfObject('Package', packagedFile('a.txt', bytesOf('x')))),
    bytesOf('{\\rtf1{\\field{\\*\\fldinst DDE "a" "b"}{\\fldrslt x}}\\bin3 abc\\u8364?}'),
  ),
  whole(
    'pdf',
    'guide.pdf',
    pdfFile([
      '<< /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>',
      packedStream('BT /F1 9 Tf (Hi) Tj [(a) -200 (b)] TJ ET'),
      objectStream({ 7: '<< /S /URI /URI (https://example.org) >>' }),
    ]),
    encryptedPdf('https://example.org', ''),
    encryptedPdf('https://example.org', 'secret', ''),
    pdfFile(['<< /S /JavaScript /JS (var a = [1, "b/c"]; function f\\(x\\) { this.a[x] = x / 2 } // d) >>']),
    pdfFile(['<< /Length 9 /Filter [/A85 /LZW /RL] >>\nstream\n87cURD_*~>\nendstream']),
  ),
  whole(
    'msg',
    'guide.msg',
    outlookFile({ subject: 'a', files: [{ name: 'a.docx', bytes: wordFile(field('DDE cmd')) }] }),
  ),
  whole('lnk', 'guide.lnk', shortcutFile('C:\\Windows\\system32\\cmd.exe', '/c start https://example.org/a')),
  whole(
    'others',
    'guide.bin',
    isoFile({ 'A.LNK': shortcutFile('cmd.exe', '/c x'), 'B.TXT': bytesOf('Hello') }),
    workbookStream(classRecord('Forms.ListBox.1', true)),
    oneNoteFile('guide.hta', bytesOf('<html><script>x</script></html>')),
    bytesOf('Rar!\x1a\x07\x01\x00\0\0\0\0\x0b\x02\x00'),
    bytesOf('Rar!\x1a\x07\x00\0\0\x74\x00\x00\x20\x00'),
    bytesOf('7z\xbc\xaf\x27\x1c\0\x04'),
    bytesOf(`MSCF\0\0\0\0${'\0'.repeat(40)}`),
    bytesOf(
      'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x\r\nContent-Transfer-Encoding: base64\r\n\r\nQWN0aXZlTWltZQ==\r\n--x--',
    ),
  ),
  whole(
    'pages',
    'guide.html',
    bytesOf(
      '<html><form><input type=password></form><script>var b=new Blob([atob("eA==")]);URL.createObjectURL(b)</script><a download href="data:application/zip;base64,UEs=">x</a></html>',
    ),
    bytesOf(
      '<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"><pkg:part pkg:name="/word/document.xml"><pkg:xmlData><w:t>x</w:t></pkg:xmlData></pkg:part></pkg:package>',
    ),
    bytesOf(
      '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Cell ss:Formula="=cmd|\'/c calc\'!A1"/></Workbook>',
    ),
  ),
  wrapped(
    'vba',
    { wrap: stream('VBA/Module1', { 'VBA/dir': project['VBA/dir'] as Uint8Array }), seed: packVba(macro) },
    {
      wrap: stream('VBA/dir', { 'VBA/Module1': project['VBA/Module1'] as Uint8Array }),
      seed: project['VBA/dir'] as Uint8Array,
    },
  ),
  wrapped(
    'ole-parts',
    { wrap: stream('WordDocument', { '1Table': wordTable }), seed: wordStream },
    { wrap: stream('1Table', { WordDocument: wordStream }), seed: wordTable },
    {
      wrap: stream('Workbook'),
      seed: workbookStream(
        biff(0x85, bytesOf('\0\0\0\0\x02\x01\x02\0AB')),
        biff(0x1ae, bytesOf('\0\0\x07\0\0cmd\x03/c x')),
        classRecord('Word.Document.8', false),
      ),
    },
    { wrap: stream('ObjectPool/_1/Equation Native'), seed: equationData('Symbol') },
    { wrap: stream('PowerPoint Document'), seed: slideRecord(0x1011, 0, compoundFile(project)) },
    { wrap: stream('\x01Ole10Native'), seed: packagedFile('a.exe', bytesOf('MZ')) },
    {
      wrap: stream('EncryptionInfo', { EncryptedPackage: new Uint8Array(64) }),
      seed: bytesOf('\x04\0\x04\0\x40\0\0\0<encryption><keyData saltSize="16"/></encryption>'),
    },
  ),
  wrapped(
    'ooxml-parts',
    { wrap: (bytes) => wordFile('', { 'word/document.xml': bytes }), seed: bytesOf(field('DDEAUTO cmd')) },
    {
      wrap: (bytes) => wordFile('', { 'word/_rels/document.xml.rels': bytes }),
      seed: bytesOf(relationships(['attachedTemplate', '!https://example.org/a.dotm'])),
    },
    {
      wrap: (bytes) => wordFile('', { 'xl/externalLinks/externalLink1.bin': bytes }),
      seed: bytesOf('\xe8\x02\x0c\x01\0\x01\0\0\0c\0\x01\0\0\0d\0'),
    },
  ),
]
