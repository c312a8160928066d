import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer'
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

describe('codes in pictures', () => {
  test.each(['QRCode', 'DataMatrix', 'AztecCode', 'PDF417'] as const)('of the sort %s are read', async (format) => {
    const found = await readBarCodes([await codeAs(format)], reader)
    expect(found).toEqual([{ target: address, path: ['code.png'], from: 'qr-code' }])
  })

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
