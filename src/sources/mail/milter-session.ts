/** One conversation of a mail server with the milter: the mails of one connection, gathered and judged one after another. On
 *  any doubt a mail goes through; nothing here refuses one. */
import { limits } from '../../core/limits.ts'
import {
  milterActions,
  milterSteps,
  milterVersion,
  number32,
  type Packet,
  packet,
  textField,
  textsOf,
} from './milter-protocol.ts'

/** A mail as it arrives, and who brings it. */
export interface ArrivingMail {
  /** Header and body with their line ends; the server's own Received field is not in it yet. */
  readonly bytes: Uint8Array
  /** Without angle brackets; empty for the null sender. */
  readonly envelopeFrom: string
  readonly envelopeTo: readonly string[]
  readonly client: { readonly name: string; readonly address: string; readonly greeting: string }
  /** The server's number of the mail; empty where it is not told. */
  readonly queueId: string
  /** The mail is longer than was gathered. */
  readonly isCut: boolean
}

/** What is to be done with a mail. */
export type MilterDecision =
  | { readonly kind: 'accept' }
  | { readonly kind: 'tag'; readonly headers: readonly (readonly [name: string, value: string])[] }
  | {
      readonly kind: 'hold'
      readonly reason: string
      readonly headers: readonly (readonly [name: string, value: string])[]
    }

/** What a session needs of its server. */
export interface SessionParts {
  readonly judge: (mail: ArrivingMail) => Promise<MilterDecision>
  readonly send: (bytes: Uint8Array) => void
  /** Something went wrong and the mail went through unjudged: one sentence. */
  readonly tell: (problem: string) => void
  /** Asks for room for so many bytes more (less, where negative); false where there is none. */
  readonly reserve: (bytes: number) => boolean
  /** Names of headers that only this filter may write: those of the sender are taken out. */
  readonly ownHeaders: ReadonlySet<string>
}

/** Addresses stand in angle brackets, with parameters behind. */
const addressOf = (argument: string): string => argument.trim().replace(/^<|>$/g, '')

/** The conversation's state. */
export class MilterSession {
  readonly #parts: SessionParts
  #steps = 0
  #actions = 0
  #client = { name: '', address: '', greeting: '' }
  #from = ''
  #to: string[] = []
  #pieces: Buffer[] = []
  #bytes = 0
  #isCut = false
  #queueId = ''
  /** How often each header of our own stood in the mail. */
  #foreign: string[] = []

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  /** Takes a packet; false when the connection is to be closed. */
  async take({ command, data }: Packet): Promise<boolean> {
    switch (command) {
      case 'O':
        return this.#negotiate(data)
      case 'D':
        this.#takeMacros(data)
        return true
      case 'C':
        this.#takeConnect(data)
        return this.#continue(milterSteps.noConnectReply)
      case 'H':
        this.#client.greeting = textsOf(data)[0] ?? ''
        return this.#continue(milterSteps.noGreetingReply)
      case 'M':
        this.#takeSender(data)
        return this.#continue(milterSteps.noSenderReply)
      case 'R':
        if (this.#to.length < limits.milterRecipientsMax) this.#to.push(addressOf(textsOf(data)[0] ?? ''))
        return this.#continue(milterSteps.noRecipientReply)
      case 'L':
        this.#takeHeader(data)
        return this.#continue(milterSteps.noHeaderReply)
      case 'N':
        this.#gather(Buffer.from('\r\n'))
        return this.#continue(milterSteps.noEndOfHeaderReply)
      case 'B':
        return this.#takeBody(data)
      case 'E':
        if (data.length > 0) this.#gather(data)
        await this.#decide()
        return true
      case 'A':
        this.clear()
        return true
      case 'K':
        this.clear()
        this.#client = { name: '', address: '', greeting: '' }
        return true
      case 'Q':
        return false
      case 'T':
      case 'U':
        this.#parts.send(packet('c'))
        return true
      default:
        this.#parts.tell('The mail server sent a command that nobody knows; the connection was closed.')
        return false
    }
  }

  /** Lets go of the mail that is gathered. */
  clear(): void {
    this.#parts.reserve(-this.#bytes)
    this.#from = ''
    this.#to = []
    this.#pieces = []
    this.#bytes = 0
    this.#isCut = false
    this.#queueId = ''
    this.#foreign = []
  }

  /** The server offers; what both have is used. */
  #negotiate(data: Buffer): boolean {
    if (data.length < 12) {
      this.#parts.tell('The mail server did not say what it can; the connection was closed.')
      return false
    }
    const all = (flags: Readonly<Record<string, number>>): number =>
      Object.values(flags).reduce((sum, flag) => sum | flag, 0)
    this.#actions = data.readUInt32BE(4) & all(milterActions)
    this.#steps = data.readUInt32BE(8) & all(milterSteps)
    const version = Math.min(milterVersion, data.readUInt32BE(0))
    this.#parts.send(packet('O', number32(version), number32(this.#actions), number32(this.#steps)))
    return true
  }

  #continue(silent: number): boolean {
    if ((this.#steps & silent) === 0) this.#parts.send(packet('c'))
    return true
  }

  #takeMacros(data: Buffer): void {
    const texts = textsOf(data.subarray(1))
    for (let i = 0; i + 1 < texts.length; i += 2) {
      const name = texts[i]
      if (name === 'i' || name === '{i}') this.#queueId = (texts[i + 1] as string).slice(0, 100)
    }
  }

  #takeConnect(data: Buffer): void {
    const end = data.indexOf(0)
    const name = data.toString('latin1', 0, end < 0 ? data.length : end)
    const family = end < 0 ? 'U' : String.fromCharCode(data[end + 1] ?? 0x55)
    const address = family === '4' || family === '6' ? (textsOf(data.subarray(end + 4))[0] ?? '') : ''
    this.#client = { name, address: address.replace(/^IPv6:/i, ''), greeting: '' }
  }

  /** The server told the mail's number before its sender. */
  #takeSender(data: Buffer): void {
    const queueId = this.#queueId
    this.clear()
    this.#queueId = queueId
    this.#from = addressOf(textsOf(data)[0] ?? '')
  }

  #takeHeader(data: Buffer): void {
    const [name = '', value = ''] = textsOf(data)
    if (this.#parts.ownHeaders.has(name.toLowerCase())) {
      this.#foreign.push(name)
      return
    }
    const space = (this.#steps & milterSteps.leadingSpace) === 0 ? ' ' : ''
    this.#gather(Buffer.from(`${name}:${space}${value.replace(/\r?\n/g, '\r\n')}\r\n`, 'latin1'))
  }

  #takeBody(data: Buffer): boolean {
    const isTaken = this.#gather(data)
    // What follows is not wanted; a server that knows no skipping goes on, and it is let fall.
    if (!isTaken && (this.#steps & milterSteps.skip) !== 0 && (this.#steps & milterSteps.noBodyReply) === 0) {
      this.#parts.send(packet('s'))
      return true
    }
    return this.#continue(milterSteps.noBodyReply)
  }

  #gather(piece: Buffer): boolean {
    if (this.#isCut) return false
    const isTooLong = this.#bytes + piece.length > limits.milterMailBytesMax
    if (isTooLong || !this.#parts.reserve(piece.length)) {
      this.#isCut = true
      this.#parts.tell('A mail was too large to be gathered whole; it is judged by its beginning.')
      return false
    }
    // A copy: the packet is a window on what came over the wire, which would be kept whole.
    this.#pieces.push(Buffer.from(piece))
    this.#bytes += piece.length
    return true
  }

  async #decide(): Promise<void> {
    const mail: ArrivingMail = {
      bytes: Buffer.concat(this.#pieces),
      envelopeFrom: this.#from,
      envelopeTo: this.#to,
      client: this.#client,
      queueId: this.#queueId,
      isCut: this.#isCut,
    }
    const foreign = this.#foreign
    this.clear()
    const decision = await this.#judge(mail)
    this.#removeForeign(foreign)
    if (decision.kind !== 'accept' && (this.#actions & milterActions.addHeaders) !== 0) {
      for (const [name, value] of decision.headers)
        this.#parts.send(packet('h', textField(name), textField(` ${value}`)))
    }
    if (decision.kind === 'hold') {
      if ((this.#actions & milterActions.quarantine) !== 0) this.#parts.send(packet('q', textField(decision.reason)))
      else this.#parts.tell('A mail was to be held, and the mail server lets no filter hold mail; it went through.')
    }
    // Continue, not accept: filters after this one still see the mail.
    this.#parts.send(packet('c'))
  }

  /** The last first, so that the numbers of those before it stay right. */
  #removeForeign(names: readonly string[]): void {
    if ((this.#actions & milterActions.changeHeaders) === 0) return
    for (let i = names.length - 1; i >= 0; i--) {
      const name = names[i] as string
      const index = names.slice(0, i + 1).filter((each) => each.toLowerCase() === name.toLowerCase()).length
      this.#parts.send(packet('m', number32(index), textField(name), Buffer.of(0)))
    }
  }

  async #judge(mail: ArrivingMail): Promise<MilterDecision> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<MilterDecision>((resolve) => {
      timer = setTimeout(() => {
        this.#parts.tell('A mail took too long to judge and went through unjudged.')
        resolve({ kind: 'accept' })
      }, limits.milterJudgeMsMax)
    })
    try {
      return await Promise.race([this.#parts.judge(mail), late])
    } catch {
      this.#parts.tell('A mail could not be judged and went through unjudged.')
      return { kind: 'accept' }
    } finally {
      clearTimeout(timer)
    }
  }
}
