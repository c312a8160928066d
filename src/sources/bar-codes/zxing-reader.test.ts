import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer'
import { codePixels } from '../../../tests/mail-generator/other-files.ts'
import { type BarCodeReader, readBarCodes } from '../../formats/documents/bar-codes.ts'
import type { FoundPicture } from '../../formats/documents/examination.ts'
import { openBarCodeReader } from './zxing-reader.ts'

const address = 'https://evid-guides.example/login?id=1'
let reader: BarCodeReader

beforeAll(async () => {
  reader = await openBarCodeReader()
  const program = await readFile(fileURLToPath(import.meta.resolve('zxing-wasm/writer/zxing_writer.wasm')))
  await prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(program).buffer }, fireImmediately: true })
})

async function codeAs(format: 'QRCode' | 'DataMatrix' | 'AztecCode' | 'PDF417'): Promise<FoundPicture> {
  const { image } = await writeBarcode(address, { format, scale: 3 })
  const bytes = new Uint8Array(await (image as Blob).arrayBuffer())
  return { type: 'png', path: ['code.png'], bytes }
}

/** A QR code turned about its middle. */
function turned(degrees: number, isInverted: boolean): FoundPicture {
  const { pixels, side } = codePixels(address, 5)
  const size = Math.ceil(side * 1.6)
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  const bytes = Uint8Array.from({ length: size * size }, (_, at) => {
    const [x, y] = [(at % size) - size / 2, Math.floor(at / size) - size / 2]
    const [column, row] = [Math.round(cos * x + sin * y + side / 2), Math.round(cos * y - sin * x + side / 2)]
    const isOutside = column < 0 || row < 0 || column >= side || row >= side
    const value = isOutside ? 255 : (pixels[row * side + column] ?? 255)
    return isInverted ? 255 - value : value
  })
  return { type: 'grey', path: ['turned'], width: size, height: size, bytes }
}

describe('codes in pictures', () => {
  test.each(['QRCode', 'DataMatrix', 'AztecCode', 'PDF417'] as const)('of the sort %s are read', async (format) => {
    const found = await readBarCodes([await codeAs(format)], reader)
    expect(found).toEqual([{ target: address, path: ['code.png'], from: 'qr-code' }])
  })

  test.each([0, 15, 45, 90, 180].flatMap((degrees) => [false, true].map((isInverted) => ({ degrees, isInverted }))))(
    'are read turned by $degrees degrees, inverted: $isInverted',
    async ({ degrees, isInverted }) => {
      expect(await readBarCodes([turned(degrees, isInverted)], reader)).toEqual([
        { target: address, path: ['turned'], from: 'qr-code' },
      ])
    },
  )

  test('are read once where the same picture comes again', async () => {
    const own = await openBarCodeReader()
    const picture = await codeAs('QRCode')
    const first = await own.read(picture)
    expect(await own.read({ ...picture, bytes: picture.bytes.slice() })).toBe(first)
  })

  test('that are damaged, tiny or said to be enormous give nothing', async () => {
    const whole = await codeAs('QRCode')
    const cut = { ...whole, bytes: whole.bytes.slice(0, 60) }
    const enormous = { ...whole, bytes: whole.bytes.slice() }
    enormous.bytes.set([0x00, 0xff, 0xff, 0xff, 0x00, 0xff, 0xff, 0xff], 16)
    const tiny: FoundPicture = { type: 'grey', path: ['x'], width: 8, height: 8, bytes: new Uint8Array(64) }
    expect(await readBarCodes([cut, enormous, tiny], reader)).toEqual([])
    expect(await readBarCodes([whole], reader)).toHaveLength(1)
  })
})
