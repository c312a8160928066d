/** One mail as read: what its headers say, its texts, its links and its parts. Everything in it was written by whoever
 *  sent it, but for the headers that the office's own servers added. It holds no way of reading. */
import type { Place } from '../../core/place.ts'

/** A header, in the order in which it stands. */
export interface MailHeader {
  /** In lower case. */
  readonly name: string
  /** Unfolded, encoded words (RFC 2047) decoded. */
  readonly value: string
  /** As it stands, folding included, one character a byte. */
  readonly raw: string
}

/** An address of a header (RFC 5322, section 3.4). */
export interface MailAddress {
  /** Decoded; empty where there is none. */
  readonly name: string
  /** In lower case, `local@domain`; empty where what stands there is none. */
  readonly address: string
}

/** A part that is not the mail's own text: an attachment, or something shown inline. */
export interface MailPart {
  /** Decoded (RFC 2231, RFC 2047); empty where it has none. */
  readonly fileName: string
  /** As the mail claims, in lower case, without parameters. */
  readonly contentType: string
  readonly disposition: 'attachment' | 'inline' | 'none'
  /** Without angle brackets; empty where it has none. */
  readonly contentId: string
  /** Decoded from its transfer encoding. */
  readonly bytes: Uint8Array
}

/** A link of the mail's HTML, or an address that stands in its plain text. */
export interface MailLink {
  /** As it stands, entities undone. */
  readonly target: string
  /** What the reader sees; equal to the target in plain text. */
  readonly text: string
  /** `image` is where a picture would be fetched from. */
  readonly from: 'html' | 'text' | 'form' | 'image'
  /** The reader clicks a picture. */
  readonly isPicture?: true
}

/** One mail. Lists are empty where the mail has nothing of the kind. */
export interface MailMessage {
  readonly place: Place
  readonly headers: readonly MailHeader[]
  readonly from: readonly MailAddress[]
  readonly sender: readonly MailAddress[]
  readonly replyTo: readonly MailAddress[]
  readonly to: readonly MailAddress[]
  readonly cc: readonly MailAddress[]
  /** From Return-Path, the envelope, or the separator line of a mailbox; empty where unknown or null. */
  readonly returnPath: string
  /** Whom the mail really went to, where a journal or a mail server says so. */
  readonly envelopeTo?: readonly string[]
  readonly subject: string
  /** By the topmost Received header of a server, else by Date; NaN where neither is readable. */
  readonly timeMs: number
  /** With angle brackets, as it stands; empty where there is none. */
  readonly messageId: string
  /** Message ids of In-Reply-To and References, oldest first. */
  readonly references: readonly string[]
  /** The text as a reader sees it: of the HTML where there is any, for programs show that; else of the text part. */
  readonly text: string
  /** The text part where the HTML is what is shown. */
  readonly otherText?: string
  /** Text of the HTML that nobody sees: not displayed, without size, in the colour of its ground. */
  readonly hiddenText?: string
  /** What of the text stands in quotations of the HTML. */
  readonly quotedText?: string
  /** The HTML as it stands; empty where there is none. */
  readonly html: string
  readonly links: readonly MailLink[]
  /** Alternative texts of images. */
  readonly imageTexts: readonly string[]
  readonly parts: readonly MailPart[]
  /** Mails inside (message/rfc822), which are looked at as parts of this one. */
  readonly attached: readonly MailMessage[]
  /** What could not be read, each a sentence that quotes nothing. */
  readonly problems: readonly string[]
  /** What is strange of it, though all was read: sentences that quote nothing. */
  readonly notes: readonly string[]
}
