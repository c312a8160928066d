/** A sketch of a mail: enough to tell whether two mails belong to one campaign, and not enough to read either. Another
 *  office can compare it with its own; it holds no text, no name and no address. README.md says why it has no salt. */
import { createHash } from 'node:crypto'
import { limits } from '../../core/limits.ts'
import type { MailMessage } from '../../formats/mail/message.ts'
import { receivedSteps } from '../../formats/mail/received.ts'
import { domainOfAddress, registrable } from './domains.ts'
import { isFreeMail } from './free-mail.ts'
import { fold } from './skeleton.ts'

/** Minima kept, and how they are banded to find what is alike: at a Jaccard similarity of 0.7 two texts share a band of
 *  four with 98.8%, at 0.3 with 12%. */
export const sketchSize = 64
export const sketchBands = 16
const bandRows = sketchSize / sketchBands

/** The sketch. Lists are sorted and cut at a bound. */
export interface MailSketch {
  /** 64 minima of 16 bits of the hashes of three words in a row (Broder 1997; cut to b bits, Li and König 2010), as hex;
   *  empty where the text is too short to tell. */
  readonly text: string
  /** How many groups of three words the text has, rounded down to a power of two: short texts are alike by chance. */
  readonly groups: number
  /** SHA-256 of the attached files, hex. */
  readonly files: readonly string[]
  /** What the files and the text carry, sorted. */
  readonly features: readonly string[]
  /** Hashes of the hosts of links, cut to 64 bits, hex. */
  readonly hosts: readonly string[]
  /** Hashes of the sender's address and the envelope's domain; 64 bits, hex. */
  readonly senders: readonly string[]
  /** Hash of the sending network. */
  readonly networks: readonly string[]
}

/** How many three-word groups a text must have to be compared. */
const shinglesMin = 8
const shared = 'bellwether mail sketch 1'

const hash64 = (kind: string, value: string): string =>
  createHash('sha256').update(`${shared}\0${kind}\0${value}`).digest('hex').slice(0, 16)

/** Multipliers and offsets of the permutations, from a fixed generator, so that every office has the same. */
const permutations = (() => {
  const values = new Uint32Array(sketchSize * 2)
  let state = 0x9e3779b9
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0
    values[i] = (state ^ (state >>> 13)) | (i % 2 === 0 ? 1 : 0)
  }
  return values
})()

/** FNV-1a with a final mix. */
function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}

/** Words as they are compared: folded; what is different in every copy (numbers, addresses, links, codes) left out. */
export function sketchWords(text: string): string[] {
  const words: string[] = []
  for (const [raw] of fold(text.slice(0, limits.mailTextHeadCharactersMax)).matchAll(/\S{1,200}/g)) {
    if (/[@/\d]|www\.|\.[a-z]{2,6}\b./.test(raw)) continue
    const word = raw.replace(/[^\p{L}]+/gu, '')
    if (word !== '' && word.length <= 24) words.push(word)
    if (words.length >= limits.mailSketchWordsMax) break
  }
  return words
}

/** The minima of a text. */
function minimaOf(words: readonly string[]): { text: string; groups: number } {
  const shingles = new Set<number>()
  for (let i = 0; i + 2 < words.length; i++) shingles.add(hash32(`${words[i]} ${words[i + 1]} ${words[i + 2]}`))
  if (shingles.size < shinglesMin) return { text: '', groups: 0 }
  const groups = 2 ** Math.floor(Math.log2(shingles.size))
  const minima = new Uint32Array(sketchSize).fill(0xffffffff)
  for (const shingle of shingles) {
    for (let i = 0; i < sketchSize; i++) {
      let value = Math.imul(shingle, permutations[2 * i] as number) + (permutations[2 * i + 1] as number)
      value = Math.imul(value ^ (value >>> 15), 0x846ca68b)
      value = (value ^ (value >>> 16)) >>> 0
      if (value < (minima[i] as number)) minima[i] = value
    }
  }
  const text = [...minima].map((value) => (value & 0xffff).toString(16).padStart(4, '0')).join('')
  return { text, groups }
}

/** What of a mail goes into its sketch. */
export interface SketchParts {
  readonly message: MailMessage
  readonly fileHashes: readonly string[]
  readonly features: readonly string[]
  readonly linkHosts: readonly string[]
}

/** The sketch of a mail. */
export function sketchOf({ message, fileHashes, features, linkHosts }: SketchParts): MailSketch {
  const few = (values: readonly string[]): string[] => [...new Set(values)].sort().slice(0, limits.mailSketchFactsMax)
  return {
    ...minimaOf(sketchWords(`${message.subject}\n${message.text}`)),
    files: few(fileHashes),
    features: few(features),
    hosts: few(linkHosts.map((host) => hash64('host', host))),
    senders: few(sendersOf(message).map((value) => hash64('sender', value))),
    networks: few(networksOf(message).map((value) => hash64('network', value))),
  }
}

function sendersOf(message: MailMessage): string[] {
  const values: string[] = []
  const envelope = registrable(domainOfAddress(message.returnPath))
  if (envelope !== '' && !isFreeMail(envelope)) values.push(`envelope ${envelope}`)
  const from = message.from[0]?.address ?? ''
  if (from !== '') values.push(`from ${from}`)
  return values
}

/** The network of the first machine outside: 256 addresses of IPv4, or a /48. */
function networksOf(message: MailMessage): string[] {
  const address = receivedSteps(message).find((step) => step.address !== '' && !isPrivate(step.address))?.address
  if (address === undefined) return []
  return [address.includes(':') ? address.split(':').slice(0, 3).join(':') : address.split('.').slice(0, 3).join('.')]
}

const isPrivate = (address: string): boolean =>
  /^(?:10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|::1$|fe80:|f[cd])/i.test(address)

/** The keys under which a text is filed: two texts that are alike share one. */
export function bandsOf(text: string): string[] {
  const width = bandRows * 4
  return text === ''
    ? []
    : Array.from({ length: sketchBands }, (_, i) => `${i}:${text.slice(i * width, (i + 1) * width)}`)
}

/** Estimated Jaccard similarity of two texts, 0 to 1; 0 where either is too short. Chance agreement of 16 bits is under
 *  1 in 65,000 and left alone. */
export function likeness(a: string, b: string): number {
  if (a === '' || b === '' || a.length !== b.length) return 0
  let same = 0
  for (let i = 0; i < a.length; i += 4) {
    if (a[i] === b[i] && a[i + 1] === b[i + 1] && a[i + 2] === b[i + 2] && a[i + 3] === b[i + 3]) same++
  }
  return same / (a.length / 4)
}

/** Similarity from which on two texts are one text: measured, it joins most of a campaign and hardly ever strangers. */
export const alikeFrom = 0.7
/** Similarity that is enough beside a shared host, file feature or sender. */
const relatedFrom = 0.35

/** Groups of words from which on a text alone tells: a polite sentence or two is anybody's. */
const longFrom = 32

const shares = (a: readonly string[], b: readonly string[]): boolean => a.some((value) => b.includes(value))

/** What ties two mails to one campaign; empty where nothing does. Neither office needs the other's mail for this. */
export function tiesBetween(a: MailSketch, b: MailSketch): ('text' | 'file' | 'link' | 'infrastructure')[] {
  const similarity = likeness(a.text, b.text)
  const sameHost = shares(a.hosts, b.hosts)
  const sameSender = shares(a.senders, b.senders)
  const sameFile = shares(a.files, b.files)
  const ties: ('text' | 'file' | 'link' | 'infrastructure')[] = []
  const isShort = Math.min(a.groups, b.groups) < longFrom
  const isTextless = a.text === '' || b.text === ''
  if (similarity >= alikeFrom && (!isShort || sameHost || sameSender || sameFile)) ties.push('text')
  // A file alone may be anybody's form; with the sender, a link or like words it is one campaign's.
  if (sameFile && (sameSender || sameHost || isTextless || similarity >= relatedFrom)) ties.push('file')
  if (sameHost && (similarity >= relatedFrom || (isTextless && sameSender))) ties.push('link')
  const sameFeatures = a.features.length > 0 && shares(a.features, b.features)
  const sameInfrastructure = sameSender || shares(a.networks, b.networks)
  if (sameInfrastructure && similarity >= relatedFrom && !isShort && (sameHost || sameFeatures))
    ties.push('infrastructure')
  return ties
}

/** A short name of a sketch, derived from its content. */
export const sketchId = (sketch: MailSketch): string =>
  createHash('sha256')
    .update(JSON.stringify([shared, sketch.text, sketch.files, sketch.hosts, sketch.senders]))
    .digest('hex')
    .slice(0, 12)
