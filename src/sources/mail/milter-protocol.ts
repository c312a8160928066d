/** The packets of the milter protocol, version 6, as sendmail and postfix speak it: cut from a stream, and made. It knows no
 *  mail and no order of commands. */
import { limits } from '../../core/limits.ts'

/** A packet: the letter of its command and what follows. */
export interface Packet {
  readonly command: string
  readonly data: Buffer
}

/** What a filter may do to a mail (SMFIF). */
export const milterActions = { addHeaders: 0x01, changeHeaders: 0x10, quarantine: 0x20 } as const

/** What a filter may leave out of the conversation (SMFIP): commands it does not want, and answers it does not give. */
export const milterSteps = {
  noUnknown: 0x100,
  noData: 0x200,
  skip: 0x400,
  noHeaderReply: 0x80,
  noConnectReply: 0x1000,
  noGreetingReply: 0x2000,
  noSenderReply: 0x4000,
  noRecipientReply: 0x8000,
  noEndOfHeaderReply: 0x40000,
  noBodyReply: 0x80000,
  leadingSpace: 0x100000,
} as const

export const milterVersion = 6

/** Cuts a stream into packets. */
export class PacketCutter {
  #held: Buffer = Buffer.alloc(0)

  /** Takes bytes and gives the packets that are whole; undefined when a packet's length cannot be. */
  take(chunk: Uint8Array): Packet[] | undefined {
    this.#held = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk])
    const packets: Packet[] = []
    while (this.#held.length >= 4) {
      const length = this.#held.readUInt32BE(0)
      if (length < 1 || length > limits.milterPacketBytesMax) return undefined
      if (this.#held.length < 4 + length) break
      const command = String.fromCharCode(this.#held[4] as number)
      packets.push({ command, data: this.#held.subarray(5, 4 + length) })
      this.#held = this.#held.subarray(4 + length)
    }
    return packets
  }
}

/** A packet's bytes. */
export function packet(command: string, ...data: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(data)
  const head = Buffer.alloc(5)
  head.writeUInt32BE(content.length + 1, 0)
  head.write(command, 4, 'latin1')
  return Buffer.concat([head, content])
}

/** Text that ends with a NUL; line ends and NULs of its own become spaces, or they would begin another field. */
export const textField = (text: string): Buffer => Buffer.from(`${text.replace(/[\0\r\n]+/g, ' ')}\0`, 'utf8')

/** Texts that each end with a NUL, one character a byte. */
export function textsOf(data: Buffer): string[] {
  const texts = data.toString('latin1').split('\0')
  if (texts.at(-1) === '') texts.pop()
  return texts
}

/** A number of 32 bits. */
export function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0, 0)
  return bytes
}
