/** Says whether an address or range may be blocked, in its canonical form, and what a person should know before: who
 *  else may sit behind it. It looks nothing up. */
import { counted } from '../core/counts.ts'
import { limits } from '../core/limits.ts'
import { err, ok, type Result } from '../core/result.ts'
import { type AddressRange, formatRange, parseRange, rangesOverlap } from '../formats/address.ts'
import type { NeverBlock } from './block.ts'
import { NeverBlockList } from './never-block.ts'
import { oneLine } from './words.ts'

/** Why a network may not be blocked; `message` is a plain sentence with what to do instead. */
export interface BlockRefusal {
  readonly code:
    | 'not-an-address'
    | 'too-wide'
    | 'loopback'
    | 'unspecified'
    | 'multicast'
    | 'link-local'
    | 'broadcast'
    | 'own-address'
    | 'never-block'
    | 'search-engine'
  readonly message: string
}

/** What a person should know before blocking; `message` is a plain sentence. */
export interface BlockWarning {
  readonly code:
    | 'private'
    | 'carrier-nat'
    | 'may-be-shared'
    | 'range'
    | 'rewritten'
    | 'one-of-many'
    | 'translated'
    | 'unchecked'
  readonly message: string
}

/** A network that may be blocked. */
export interface CheckedBlock {
  /** Canonical: RFC 5952 for IPv6, dotted decimal for IPv4, `/bits` only for ranges. */
  readonly network: string
  readonly warnings: readonly BlockWarning[]
  /** What would be better to block: the /64 of a single IPv6 address, where that too is allowed. */
  readonly suggestion?: string
}

/** An address that whoever decides would lock out to their own harm. */
export interface OwnAddress {
  readonly address: string
  /** `desk`: this machine; `person`: whoever decides. */
  readonly whose: 'desk' | 'person'
}

type Special = { readonly range: AddressRange; readonly code: BlockRefusal['code']; readonly message: string }

const special = (network: string, code: BlockRefusal['code'], message: string): Special => ({
  range: rangeOf(network),
  code,
  message,
})

function rangeOf(network: string): AddressRange {
  const range = parseRange(network)
  if (typeof range === 'string') throw new Error(`not a network: ${network}`)
  return range
}

const specials: readonly Special[] = [
  special('127.0.0.0/8', 'loopback', 'is a machine speaking to itself; blocking it stops the site’s own programs.'),
  special('::1', 'loopback', 'is a machine speaking to itself; blocking it stops the site’s own programs.'),
  special('0.0.0.0/8', 'unspecified', 'is no visitor’s address: it stands for "no address" (RFC 1122).'),
  special('::', 'unspecified', 'is no visitor’s address: it stands for "no address" (RFC 4291).'),
  special('255.255.255.255', 'broadcast', 'means every machine of the network, and is no visitor’s address.'),
  special('224.0.0.0/4', 'multicast', 'addresses groups of machines, and is no visitor’s address (RFC 5771).'),
  special('ff00::/8', 'multicast', 'addresses groups of machines, and is no visitor’s address (RFC 4291).'),
  special('169.254.0.0/16', 'link-local', 'is valid on one cable only, and is no visitor’s address (RFC 3927).'),
  special('fe80::/10', 'link-local', 'is valid on one cable only, and is no visitor’s address (RFC 4291).'),
]

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'].map(rangeOf)
/** RFC 6598. */
const carrierNat = rangeOf('100.64.0.0/10')
/** RFC 6052, RFC 8215, RFC 3056, RFC 4380: IPv6 that carries somebody's IPv4. */
const translated = ['64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', '2001::/32'].map(rangeOf)

const overlapsAny = (range: AddressRange, list: readonly AddressRange[]): boolean =>
  list.some((each) => rangesOverlap(each, range))

/** Whether the network may be blocked. `own` are addresses of the desk and of whoever decides. */
export function checkBlock(
  network: string,
  neverBlock: readonly NeverBlock[] | NeverBlockList,
  own: readonly OwnAddress[] = [],
): Result<CheckedBlock, BlockRefusal> {
  const entered = network.trim()
  const range = parseRange(entered)
  if (typeof range === 'string') return err({ code: 'not-an-address', message: range })
  const list = neverBlock instanceof NeverBlockList ? neverBlock : new NeverBlockList(neverBlock)
  const refusal = refusalOf(range, list, own)
  if (refusal !== undefined) return err(refusal)
  const suggestion = suggestionFor(range, list, own)
  return ok({
    network: formatRange(range),
    warnings: warningsOf(range, entered, suggestion),
    ...(suggestion === undefined ? {} : { suggestion }),
  })
}

function refusalOf(
  range: AddressRange,
  neverBlock: NeverBlockList,
  own: readonly OwnAddress[],
): BlockRefusal | undefined {
  const text = formatRange(range)
  const bitsMin = range.version === 4 ? limits.blockBitsVersion4Min : limits.blockBitsVersion6Min
  if (range.bits < bitsMin) {
    const message = `${text} is too wide: it would keep out whole regions of voters. Block ranges of /${bitsMin} or narrower.`
    return { code: 'too-wide', message }
  }
  const kind = specials.find((each) => rangesOverlap(each.range, range))
  if (kind !== undefined) return { code: kind.code, message: `${text} ${kind.message}` }
  const mine = own.find(({ address }) => {
    const one = parseRange(bareAddress(address))
    return typeof one !== 'string' && rangesOverlap(one, range)
  })
  if (mine !== undefined) {
    const message =
      mine.whose === 'person'
        ? `${text} is where you are sitting now: you would lock yourself out.`
        : `${text} is this desk’s own address: the desk would lock itself out.`
    return { code: 'own-address', message }
  }
  const entry = neverBlock.find(range)
  if (entry === undefined) return undefined
  const reason = oneLine(entry.reason, limits.blockReasonCharactersMax)
  const which = entry.network === text ? text : `${text} overlaps ${oneLine(entry.network, 64)}, which`
  return {
    code: 'never-block',
    message: `${which} is on the never-block list: ${reason}. Take it off that list first if you are sure.`,
  }
}

/** As sockets give it: perhaps with a zone or as IPv4-mapped IPv6. */
const bareAddress = (address: string): string => address.replace(/%.*$/s, '').trim()

/** A customer of IPv6 is given at least a /64 (RFC 6177) and moves in it at will. */
function suggestionFor(
  range: AddressRange,
  neverBlock: NeverBlockList,
  own: readonly OwnAddress[],
): string | undefined {
  if (range.version !== 6 || range.bits <= 64) return undefined
  const wider = rangeOf(`${formatRange(range).replace(/\/.*$/, '')}/64`)
  return refusalOf(wider, neverBlock, own) === undefined ? formatRange(wider) : undefined
}

function warningsOf(range: AddressRange, entered: string, suggestion: string | undefined): BlockWarning[] {
  const warnings: BlockWarning[] = []
  const text = formatRange(range)
  const add = (code: BlockWarning['code'], message: string): void => void warnings.push({ code, message })
  if (isRewritten(entered, range))
    add('rewritten', `You wrote ${oneLine(entered, 64)}; what will be blocked is ${text}.`)
  if (isPrivate(range)) {
    add(
      'private',
      `${text} is an address of a private network: it may be a machine of the office, or a proxy behind which all visitors stand. Find out which before you block it.`,
    )
  } else if (rangesOverlap(carrierNat, range)) {
    add('carrier-nat', `${text} is shared by the customers of a provider: many people would be kept out.`)
  } else if (overlapsAny(range, translated)) {
    add('translated', `${text} stands for somebody’s IPv4 address, or for a gateway that many people share.`)
  } else if (range.version === 4) {
    add(
      'may-be-shared',
      'A mobile carrier, a school or a library may have many people behind one address. Keep the block short, and lift it if voters complain.',
    )
  }
  const hostBits = (range.version === 4 ? 32 : 128) - range.bits
  if (range.version === 4 && hostBits > 0) {
    add('range', `This range holds ${counted(2 ** hostBits, 'address', 'addresses')}: everybody there is kept out.`)
  } else if (range.version === 6 && range.bits < 64) {
    add('range', `This range holds the networks of up to ${counted(2 ** (64 - range.bits), 'customer', 'customers')}.`)
  }
  if (suggestion !== undefined) {
    add('one-of-many', `Whoever has ${text} can take any other address of ${suggestion}: block that range instead.`)
  }
  return warnings
}

/** The address was written with bits behind its prefix, or as IPv4 within IPv6. */
function isRewritten(entered: string, range: AddressRange): boolean {
  const [address = '', bits] = entered.split('/')
  const alone = parseRange(address)
  if (typeof alone === 'string') return false
  const isMapped = range.version === 4 && address.includes(':')
  return isMapped || (bits !== undefined && formatRange(alone) !== formatRange(range).replace(/\/.*$/, ''))
}

/** An address of a private network: RFC 1918, RFC 4193. */
export const isPrivate = (range: AddressRange): boolean => overlapsAny(range, privateRanges)
/** An address that a provider's customers share: RFC 6598. */
export const isCarrierNat = (range: AddressRange): boolean => rangesOverlap(carrierNat, range)
