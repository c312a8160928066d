/** A second way of saying everything: other occasions, and other sentences in which a vendor is named. Nothing of the mail
 *  watch was built on these words; they show what is left of a figure once the words are not those it was tuned with. */
import type { Random } from '../recording/random.ts'
import type { Occasion } from './words.ts'

/** Another occasion. `product` is said where the mail may name what the vendor makes. */
export function otherOccasionOf(random: Random, product: string): Occasion {
  const number = random.integer(10_000, 99_999)
  const day = `${random.pick(['May', 'June', 'July', 'September'])} ${random.integer(1, 28)}`
  return random.pick<Occasion>([
    {
      subject: `Firmware bulletin ${number} (${product})`,
      text: `A firmware bulletin was issued for the ${product}. Counties are asked to read it ahead of the acceptance test.`,
      fileName: `Bulletin ${number}`,
    },
    {
      subject: `Ballot proofs ready for sign-off by ${day}`,
      text: `Proofs for your styles are ready. Look at the contest order and the rotation, and tell us of any correction by ${day}.`,
      fileName: `Ballot Proofs ${number}`,
    },
    {
      subject: `Contract amendment ${number}`,
      text: `Enclosed is the amendment for the ${product} that the board voted on. It has to be countersigned.`,
      fileName: `Amendment ${number}`,
    },
    {
      subject: `Case ${number} was updated`,
      text: `The technician added a note to the case you opened about the ${product}. Reply by ${day} or it closes.`,
      fileName: `Case ${number} Notes`,
    },
    {
      subject: `Delivery window for your ${product}`,
      text: `The carrier proposes ${day} for the ${product}. The packing list shows the serial numbers to expect.`,
      fileName: `Packing List ${number}`,
    },
    {
      subject: `Survey of poll sites, ${product}`,
      text: `To plan staffing for ${day}, fill in how many ${product} stations each site runs.`,
      fileName: `Site Survey ${number}`,
    },
  ])
}

/** Names of senders that carry the vendor's. */
export const otherDisplayName = (random: Random, person: string, name: string): string =>
  random.pick([
    `${name} Client Portal`,
    `${person} (${name})`,
    `${person}, ${name}`,
    `${name} | Notices`,
    `${person} via ${name}`,
  ])

/** Subjects in which the vendor speaks. */
export const otherSubject = (random: Random, subject: string, name: string): string =>
  random.pick([
    `[${name}] ${subject}`,
    `${subject} | ${name}`,
    `${subject} - ${name}`,
    `${name} has shared "${subject}" with you`,
    `Your ${name} account: ${subject}`,
    `${name} Support - ${subject}`,
    `Message from ${name}: ${subject}`,
    `Notice to ${name} customers: ${subject}`,
    `RE: ${name} - ${subject}`,
    `${name} sent you a file: ${subject}`,
  ])

/** Sentences in which a sender says that he is the vendor. */
export const otherSentence = (random: Random, person: string, name: string): string =>
  random.pick([
    `We at ${name} have prepared something for your county.`,
    `My name is ${person} and I look after your county at ${name}.`,
    `${name} has assigned me to your jurisdiction.`,
    `As your ${name} representative, I wanted to reach out to you directly.`,
    `${name} is pleased to send you the following.`,
    `You receive this because your county is a customer of ${name}.`,
    `Our engineers at ${name} found an issue that concerns you.`,
    `I recently joined ${name} as the contact for your region.`,
    `${name} requires all of its customers to complete the following.`,
    `I am reaching out on behalf of the field team at ${name}.`,
    `Thanks for being a ${name} customer.`,
    `This message was prepared for you by ${name}.`,
  ])

/** Signatures with the vendor's name. */
export const otherSignature = (random: Random, person: string, name: string): string =>
  random.pick([
    `${person}\nField Operations | ${name}`,
    `${person}, ${name}\n555-01${random.integer(10, 99)}`,
    `The ${name} team`,
    `${person}\nRegional Manager\n${name}\n${random.integer(100, 999)} Main Street`,
    `${name}\nElection day desk`,
  ])

/** Alternative texts of logos. */
export const otherLogo = (random: Random, name: string): string =>
  random.pick([name, `${name} - trusted by counties`, `Logo: ${name}`, `${name} header`, `Welcome to ${name}`])

/** Texts of links. */
export const otherLinkText = (random: Random, name: string): string =>
  random.pick([`Open in ${name}`, `Log on at ${name}`, `${name} document centre`, `Go to my ${name} page`, `${name}`])

/** Names of files. */
export const otherFileName = (random: Random, fileName: string, name: string): string => {
  const dot = fileName.lastIndexOf('.')
  const [base, ending] = [fileName.slice(0, dot), fileName.slice(dot)]
  return random.pick([
    `${base}_${name.replaceAll(' ', '_')}${ending}`,
    `${name} - ${base}${ending}`,
    `${name.replaceAll(' ', '')}-${base}${ending}`,
    `${base} (${name})${ending}`,
  ])
}

/** What stands after a brand in an address. */
export const otherLocalEnd = (random: Random): string =>
  random.pick(['-notices', '.team', '_training', '.elections', ''])
