/** A text file that carries its own signature in a last line behind a `#`, so that it is handed on as one file and read by
 *  programs that know nothing of signatures. Whether a key is trusted is for others to say. */
import { isSignedBy, parseSignatureFields, signText } from './signing-key.ts'

const mark = '# bellwether-signature '

/** What a text says of who signed it: `damaged` where it was changed since, or its last line is no signature. */
export type TextSigned = { readonly by: string } | 'nobody' | 'damaged'

/** A text without its signature, and whose that was. */
export interface SignedText {
  readonly content: string
  readonly signed: TextSigned
}

/** Takes a text apart from its signature and checks that. The line ends of the text are part of what was signed, but for
 *  those that an editor or a mail turned into others. */
export function readSignedText(text: string): SignedText {
  const at = text.lastIndexOf(`\n${mark}`)
  if (at < 0) return { content: text, signed: 'nobody' }
  const content = text.slice(0, at + 1)
  try {
    const fields = JSON.parse(text.slice(at + 1 + mark.length)) as Readonly<Record<string, unknown>>
    const signature = parseSignatureFields(fields)
    const isGood = signature !== undefined && isSignedBy(signature, messageOf(content))
    return { content, signed: isGood ? { by: signature.publicKey } : 'damaged' }
  } catch {
    return { content, signed: 'damaged' }
  }
}

/** The text with its signature behind it. One that it had is replaced. */
export function withSignature(text: string, privateKeyPem: string): string {
  const { content } = readSignedText(text)
  const ended = content.endsWith('\n') ? content : `${content}\n`
  return `${ended}${mark}${JSON.stringify(signText(messageOf(ended), privateKeyPem))}\n`
}

const messageOf = (content: string): Buffer => Buffer.from(content.replaceAll('\r\n', '\n'), 'utf8')
