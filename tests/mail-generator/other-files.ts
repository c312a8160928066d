/** Files other than documents of Office: archives, PDF, shortcuts, disk images, OneNote, pages that build a file, pictures
 *  of codes. Each has the structure that makes it what it is, and nothing that could do harm. */
import { crc32, deflateSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { encode } from 'uqr'

const latin = (text: string): Buffer => Buffer.from(text, 'latin1')

/** A ZIP archive. Its files have one time, so that one seed gives the same bytes. */
export const zipOf = (files: Readonly<Record<string, Uint8Array>>): Uint8Array =>
  zipSync({ ...files }, { mtime: new Date(2024, 0, 1, 12) })

/** One file, encrypted by the old scheme of ZIP (APPNOTE, section 6.1). */
export function encryptedZip(name: string, content: Uint8Array, password: string): Uint8Array {
  const keys = [0x12345678, 0x23456789, 0x34567890] as [number, number, number]
  const table = (crc: number, byte: number): number => ~crc32(Uint8Array.of(byte), ~crc >>> 0) >>> 0
  const update = (byte: number): void => {
    keys[0] = table(keys[0], byte)
    keys[1] = (keys[1] + (keys[0] & 0xff)) >>> 0
    keys[1] = (Math.imul(keys[1], 134775813) + 1) >>> 0
    keys[2] = table(keys[2], keys[1] >>> 24)
  }
  for (const byte of latin(password)) update(byte)
  const sum = crc32(content)
  const plain = Buffer.concat([Buffer.alloc(11, 7), Buffer.of(sum >>> 24), content])
  const secret = plain.map((byte) => {
    const low = (keys[2] | 2) & 0xffff
    const coded = byte ^ ((Math.imul(low, low ^ 1) >>> 8) & 0xff)
    update(byte)
    return coded
  })
  const nameBytes = latin(name)
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0)
  common.writeUInt16LE(1, 2)
  common.writeUInt32LE(sum, 10)
  common.writeUInt32LE(secret.length, 14)
  common.writeUInt32LE(content.length, 18)
  common.writeUInt16LE(nameBytes.length, 22)
  const local = Buffer.concat([latin('PK\u0003\u0004'), common, nameBytes, secret])
  const central = Buffer.concat([latin('PK\u0001\u0002'), Buffer.of(20, 0), common, Buffer.alloc(14), nameBytes])
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006', 'latin1')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, central, end])
}

/** A PDF of given objects; the first is the catalog. */
function pdfOf(objects: readonly (string | Uint8Array)[]): Uint8Array {
  const pieces: Uint8Array[] = [latin('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n')]
  const offsets: number[] = []
  let length = (pieces[0] as Uint8Array).length
  const push = (piece: Uint8Array): void => {
    pieces.push(piece)
    length += piece.length
  }
  for (const [index, object] of objects.entries()) {
    offsets.push(length)
    push(
      Buffer.concat([
        latin(`${index + 1} 0 obj\n`),
        typeof object === 'string' ? latin(object) : object,
        latin('\nendobj\n'),
      ]),
    )
  }
  const start = length
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  push(
    latin(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`,
    ),
  )
  return Buffer.concat(pieces)
}

const stream = (dictionary: string, bytes: Uint8Array): Uint8Array =>
  Buffer.concat([latin(`<< ${dictionary} /Length ${bytes.length} >>\nstream\n`), bytes, latin('\nendstream')])

function pdfPage(
  text: string,
  catalogExtra: string,
  resources: string,
  more: readonly (string | Uint8Array)[],
  pageExtra = '',
  drawing = '',
): Uint8Array {
  const content = `BT /F1 12 Tf 72 720 Td (${text.replace(/[()\\]/g, '\\$&')}) Tj ET ${drawing}`
  return pdfOf([
    `<< /Type /Catalog /Pages 2 0 R ${catalogExtra} >>`,
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> ${resources} >> ${pageExtra} >>`,
    stream('/Filter /FlateDecode', deflateSync(latin(content))),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...more,
  ])
}

/** A page of text. */
export const plainPdf = (text: string): Uint8Array => pdfPage(text, '', '', [])
/** Runs a script when it is opened. */
export const scriptPdf = (text: string): Uint8Array =>
  pdfPage(text, '/OpenAction 6 0 R', '', ['<< /Type /Action /S /JavaScript /JS (app.alert\\("update"\\);) >>'])
/** Starts a program when it is opened. */
export const launchPdf = (text: string): Uint8Array =>
  pdfPage(text, '/OpenAction 6 0 R', '', [
    '<< /Type /Action /S /Launch /F (cmd.exe) /Win << /F (cmd.exe) /P (/c echo) >> >>',
  ])
/** Has a link on its page. */
export const linkPdf = (text: string, target: string): Uint8Array =>
  pdfPage(
    text,
    '',
    '',
    [`<< /Type /Annot /Subtype /Link /Rect [72 700 300 740] /A << /S /URI /URI (${target}) >> >>`],
    '/Annots [6 0 R]',
  )

/** A code as rows of grey bytes, `scale` pixels a module. */
export function codePixels(text: string, scale: number): { pixels: Uint8Array; side: number } {
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  const side = size * scale
  const pixels = new Uint8Array(side * side)
  for (let y = 0; y < side; y++) {
    const row = data[Math.floor(y / scale)] as boolean[]
    for (let x = 0; x < side; x++) pixels[y * side + x] = row[Math.floor(x / scale)] ? 0 : 255
  }
  return { pixels, side }
}

/** A QR code as a picture. */
export function codePng(text: string, scale = 6): Uint8Array {
  const { pixels, side } = codePixels(text, scale)
  return greyPng(side, side, pixels)
}

/** Grey pixels as a PNG file. */
export function greyPng(width: number, height: number, pixels: Uint8Array): Uint8Array {
  const chunk = (type: string, content: Uint8Array): Buffer => {
    const body = Buffer.concat([latin(type), content])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(content.length, 0)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 0, 0, 0, 0], 8)
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  return Buffer.concat([
    Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** A QR code on the page of a PDF. */
export function codePdf(text: string, code: string): Uint8Array {
  const { pixels, side } = codePixels(code, 4)
  const picture = stream(
    `/Type /XObject /Subtype /Image /Width ${side} /Height ${side} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode`,
    deflateSync(pixels),
  )
  return pdfPage(text, '', '/XObject << /Q 6 0 R >>', [picture], '', 'q 200 0 0 200 72 400 cm /Q Do Q')
}

/** A Windows shortcut (MS-SHLLINK) that starts a program with arguments. */
export function shortcut(program: string, argument: string): Uint8Array {
  const head = Buffer.alloc(76)
  head.writeUInt32LE(76, 0)
  head.set([0x01, 0x14, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46], 4)
  // A relative path, arguments, and both in UTF-16.
  head.writeUInt32LE(0x08 | 0x20 | 0x80, 20)
  head.writeUInt32LE(1, 60)
  const text = (value: string): Buffer =>
    Buffer.concat([Buffer.of(value.length & 0xff, value.length >> 8), Buffer.from(value, 'utf16le')])
  return Buffer.concat([head, text(program), text(argument), Buffer.alloc(4)])
}

/** A disk image (ISO 9660) with one file. */
export function diskImage(fileName: string, content: Uint8Array): Uint8Array {
  const sector = 2_048
  const image = Buffer.alloc(sector * (20 + Math.ceil(content.length / sector)))
  const both = (at: number, value: number): void => {
    image.writeUInt32LE(value, at)
    image.writeUInt32BE(value, at + 4)
  }
  const entry = (at: number, place: number, length: number, flags: number, name: Uint8Array): number => {
    const size = 33 + name.length + (name.length % 2 === 0 ? 1 : 0)
    image[at] = size
    both(at + 2, place)
    both(at + 10, length)
    image[at + 25] = flags
    image[at + 32] = name.length
    image.set(name, at + 33)
    return at + size
  }
  const head = 16 * sector
  image.set(latin('\u0001CD001\u0001'), head)
  image.set(latin('GUIDES'.padEnd(32)), head + 40)
  both(head + 80, 20)
  entry(head + 156, 18, sector, 2, Uint8Array.of(0))
  image.set(latin('\u00ffCD001\u0001'), 17 * sector)
  let at = entry(18 * sector, 18, sector, 2, Uint8Array.of(0))
  at = entry(at, 18, sector, 2, Uint8Array.of(1))
  entry(at, 19, content.length, 0, latin(`${fileName.toUpperCase()};1`))
  image.set(content, 19 * sector)
  return image
}

/** A OneNote section (MS-ONESTORE) that holds a file. */
export function oneNote(content: Uint8Array): Uint8Array {
  const section = [0xe4, 0x52, 0x5c, 0x7b, 0x8c, 0xd8, 0xa7, 0x4d, 0xae, 0xb1, 0x53, 0x78, 0xd0, 0x29, 0x96, 0xd3]
  const store = [0xe7, 0x16, 0xe3, 0xbd, 0x65, 0x26, 0x11, 0x45, 0xa4, 0xc4, 0x8d, 0x4d, 0x0b, 0x7a, 0x9e, 0xac]
  const length = Buffer.alloc(20)
  length.writeBigUInt64LE(BigInt(content.length), 0)
  return Buffer.concat([
    Buffer.from(section),
    Buffer.alloc(1_008),
    Buffer.from(store),
    length,
    content,
    Buffer.alloc(64),
  ])
}

/** A page that builds a file out of itself and saves it. */
export const smugglingPage = (fileName: string, content: Uint8Array): Uint8Array =>
  latin(
    `<html><body><p>Loading…</p><script>var d=atob("${Buffer.from(content).toString('base64')}");var b=new Uint8Array(d.length);for(var i=0;i<d.length;i++)b[i]=d.charCodeAt(i);var a=document.createElement("a");a.href=URL.createObjectURL(new Blob([b],{type:"octet/stream"}));a.download="${fileName}";document.body.appendChild(a);a.click();</script></body></html>`.replace(
      '…',
      '...',
    ),
  )

/** A script of Windows; `remark` makes it another file. */
export const scriptFile = (remark: string): Uint8Array =>
  latin(`// ${remark.replace(/[\r\n]+/g, ' ')}\r\nvar s=new ActiveXObject("WScript.Shell");s.Run("cmd /c echo",0);\r\n`)
