/** In whose names the generator writes: vendors that a seed invents, so that nothing can be tuned to their names, and some
 *  that exist. Their facts are those of a registry: names, products, domains. */
import type { Random } from '../recording/random.ts'

/** A vendor that is posed as. */
export interface Vendor {
  readonly id: string
  readonly name: string
  readonly aliases: readonly string[]
  readonly products: readonly string[]
  readonly domains: readonly string[]
  readonly mailingServices: readonly string[]
  readonly kind: 'vendor'
  readonly phone: string
  readonly isInvented: boolean
}

const real = (id: string, name: string, domain: string, products: readonly string[]): Vendor => ({
  id,
  name,
  aliases: [],
  products,
  domains: [domain],
  mailingServices: [],
  kind: 'vendor',
  phone: '',
  isInvented: false,
})

/** The vendor of the mail of 2016. */
export const vrSystems = real('vr-systems', 'VR Systems', 'vrsystems.com', ['EViD', 'Voter Focus'])

const realVendors: readonly Vendor[] = [
  vrSystems,
  real('election-systems-and-software', 'Election Systems & Software', 'essvote.com', ['ExpressVote', 'ExpressPoll']),
  real('dominion-voting-systems', 'Dominion Voting Systems', 'dominionvoting.com', ['ImageCast']),
  real('hart-intercivic', 'Hart InterCivic', 'hartintercivic.com', ['Verity Voting']),
  real('smartmatic', 'Smartmatic', 'smartmatic.com', []),
  real('knowink', 'KNOWiNK', 'knowink.com', ['Poll Pad']),
  real('tenex-software-solutions', 'Tenex Software Solutions', 'tenexsolutions.com', ['Precinct Central']),
]

const heads = 'Cal Mer Tor Vel Bran Quin Hal Dor Ser Lan Pel Mar Ost Kel Nor Wen Tam Fer Gar Sol'.split(' ')
const middles = 've do ri na to li mo ca du se'.split(' ')
const tails = 'ra ris don max tex lin vane mark nova dix'.split(' ')
const fields = ['Ballot', 'Voting', 'Election', 'Precinct', 'Registrar', 'Pollbook']
/** Names of words that everybody uses. */
const ordinary = ['Open', 'Fair', 'True', 'Plain', 'Honest', 'Civic']
const kinds = ['Systems', 'Software', 'Technologies', 'Solutions', 'Group']

function invent(random: Random, index: number): Vendor {
  const brand = `${random.pick(heads)}${random.pick(middles)}${random.pick(tails)}`
  const field = random.pick(fields)
  const words = `${random.pick(ordinary)} ${random.pick(['Count', 'Precinct', 'Roll', 'Tally'])}`
  const { name, aliases, domain } = random.pick([
    { name: `${brand} ${field} ${random.pick(kinds)}`, aliases: [`${brand} ${field}`], domain: `${brand}${field}.com` },
    { name: `${brand} ${field} ${random.pick(kinds)}`, aliases: [`${brand} ${field}`], domain: `${brand}.com` },
    { name: brand, aliases: [], domain: `${brand}.com` },
    { name: `${brand} ${field}, Inc.`, aliases: [`${brand} ${field}`], domain: `${brand}-${field}.net` },
    { name: words, aliases: [], domain: `${words.replace(' ', '')}.org` },
  ])
  const product = `${random.pick(heads)}${random.pick(tails)} ${random.pick(['Pad', 'Scan', 'Count', 'Roll', 'Check'])}`
  return {
    id: `invented-${index}-${brand.toLowerCase()}`,
    name,
    aliases,
    products: [product],
    domains: [domain.toLowerCase()],
    mailingServices: [],
    kind: 'vendor',
    phone: `555-01${String(random.integer(10, 99))}`,
    isInvented: true,
  }
}

/** `count` invented vendors and the real ones. Brands of one list differ. */
export function vendorsOf(random: Random, count: number): Vendor[] {
  const invented: Vendor[] = []
  for (let index = 0; invented.length < count; index++) {
    const vendor = invent(random, index)
    const isNew = invented.every(({ domains }) => domains[0]?.slice(0, 5) !== vendor.domains[0]?.slice(0, 5))
    if (isNew) invented.push(vendor)
  }
  return [...invented, ...realVendors]
}
