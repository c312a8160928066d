/** Takes the pictures out of a PDF for reading bar codes: JPEG files as they are, and bare pixels in grey. Colours of print
 *  and other ways of packing pictures (JPEG 2000, JBIG2, fax) are passed over. */
import { limits } from '../../core/limits.ts'
import { byteAt } from './bytes.ts'
import type { Inspection } from './inspection.ts'
import type { PdfFile, PdfObject } from './pdf-file.ts'
import { isDictionary, isList, nameOf, type PdfDictionary, PdfText, type PdfValue } from './pdf-syntax.ts'

/** A code of fewer pixels on a side cannot be read. */
const sideLeast = 20

/** Keeps one picture where it may hold a code. */
export function addPdfPicture(file: PdfFile, object: PdfObject, path: readonly string[], inspection: Inspection): void {
  if (!isDictionary(object.value) || !inspection.wantsPictures) return
  const width = numberOf(file, object.value, 'Width')
  const height = numberOf(file, object.value, 'Height')
  if (width < sideLeast || height < sideLeast || width * height > limits.documentPicturePixelsMax) return
  if (isTooLarge(file, object.value, width, height)) {
    inspection.addProblem('A very large picture was not looked into.')
    return
  }
  const { bytes, remaining } = file.read(object)
  const place = [...path, `object ${object.number}`]
  if (remaining === 'DCTDecode') inspection.addPicture({ type: 'jpeg', path: place, bytes })
  else if (remaining === '') {
    const grey = greyPixels(file, object.value, bytes, width, height)
    if (grey) inspection.addPicture({ type: 'grey', path: place, width, height, bytes: grey })
  }
}

/** Bare pixels of which no whole picture would come within the bound: unpacking them is for nothing. */
function isTooLarge(file: PdfFile, dictionary: PdfDictionary, width: number, height: number): boolean {
  const given = file.resolve(dictionary.get('Filter'))
  const filters = isList(given) ? given : [given]
  if (/^DCT(?:Decode)?$/.test(nameOf(file.resolve(filters.at(-1))))) return false
  const bits = numberOf(file, dictionary, 'BitsPerComponent') || 1
  const { components } = coloursOf(file, dictionary) ?? { components: 1 }
  return rowBytesOf(width, components, bits) * height * wholeShare > limits.documentPartBytesMax
}

const rowBytesOf = (width: number, components: number, bits: number): number =>
  Math.ceil((width * components * bits) / 8)
/** So much of a picture's rows must be there. */
const wholeShare = 0.9

function numberOf(file: PdfFile, dictionary: PdfDictionary, key: string): number {
  const value = file.resolve(dictionary.get(key))
  return typeof value === 'number' && Number.isInteger(value) ? value : 0
}

/** How the numbers of a pixel become a grey value; undefined where they are colours of print. */
interface Colours {
  readonly components: 1 | 3
  readonly palette?: Uint8Array
}

function coloursOf(file: PdfFile, dictionary: PdfDictionary): Colours | undefined {
  const value = file.resolve(dictionary.get('ColorSpace'))
  const name = isList(value) ? nameOf(file.resolve(value[0])) : nameOf(value)
  if (name === '' || /^(?:DeviceGray|CalGray|G)$/.test(name)) return { components: 1 }
  if (/^(?:DeviceRGB|CalRGB|RGB)$/.test(name)) return { components: 3 }
  if (!isList(value)) return undefined
  if (name === 'ICCBased') {
    const profile = file.resolve(value[1])
    const count = isDictionary(profile) ? numberOf(file, profile, 'N') : 0
    return count === 1 || count === 3 ? { components: count } : undefined
  }
  return name === 'Indexed' || name === 'I' ? indexed(file, value) : undefined
}

/** A table of colours of which pixels are numbers. */
function indexed(file: PdfFile, value: readonly PdfValue[]): Colours | undefined {
  const base = nameOf(file.resolve(value[1]))
  if (base === 'DeviceCMYK') return undefined
  const table = file.resolve(value[3])
  const object = file.objectOf(value[3])
  const bytes = object?.stream
    ? file.read(object).bytes
    : table instanceof PdfText
      ? Buffer.from(table.text, 'latin1')
      : undefined
  if (bytes === undefined) return undefined
  const step = base === 'DeviceGray' ? 1 : 3
  const palette = new Uint8Array(Math.floor(bytes.length / step))
  for (let index = 0; index < palette.length; index++) palette[index] = greyOf(bytes, index * step, step)
  return { components: 1, palette }
}

/** Brightness of red, green and blue (ITU-R BT.601). */
const greyOf = (bytes: Uint8Array, at: number, components: number): number =>
  components === 1
    ? byteAt(bytes, at)
    : (byteAt(bytes, at) * 77 + byteAt(bytes, at + 1) * 150 + byteAt(bytes, at + 2) * 29) >> 8

function greyPixels(
  file: PdfFile,
  dictionary: PdfDictionary,
  bytes: Uint8Array,
  width: number,
  height: number,
): Uint8Array | undefined {
  const bits = numberOf(file, dictionary, 'BitsPerComponent') || 1
  const isMask = dictionary.get('ImageMask') === true
  const colours = isMask ? { components: 1 as const } : coloursOf(file, dictionary)
  if (colours === undefined || ![1, 2, 4, 8].includes(bits)) return undefined
  const { components, palette } = colours as Colours
  const rowBytes = rowBytesOf(width, components, bits)
  if (bytes.length < rowBytes * height * wholeShare) return undefined
  const most = (1 << bits) - 1
  const grey = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (bits === 8 && components === 3) {
        grey[y * width + x] = greyOf(bytes, y * rowBytes + x * 3, 3)
        continue
      }
      const bit = x * components * bits
      const raw = (byteAt(bytes, y * rowBytes + (bit >> 3)) >> (8 - bits - (bit & 7))) & most
      grey[y * width + x] = palette ? byteAt(palette, raw) : Math.round((raw * 255) / most)
    }
  }
  return grey
}
