/** A mail as an abuse report in ARF (RFC 5965): a text for people, fields for programs, and the mail itself as it came.
 *  Pure: its id and its time come in. */
import { domainOfAddress } from './domains.ts'
import { asciiLine, type MailReport, reportWords, sourceAddress } from './report.ts'

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** `Mon, 29 Nov 2026 07:00:00 +0000` (RFC 5322, section 3.3). */
export function mailDate(timeMs: number): string {
  const date = new Date(timeMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':')
  return `${days[date.getUTCDay()]}, ${two(date.getUTCDate())} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()} ${clock} +0000`
}

const base64Lines = (bytes: Uint8Array): string[] =>
  Buffer.from(bytes)
    .toString('base64')
    .match(/.{1,76}/g) ?? []

/** A phrase and address of a header. */
const mailbox = ({ name, address }: MailReport['from']): string =>
  `"${asciiLine(name).replaceAll(/["\\]/g, '')}" <${asciiLine(address).replaceAll(/[<>\s]/g, '')}>`

/** The machine-readable part (RFC 5965, section 3). `Feedback-Type: fraud` is phishing (section 7.3). */
function feedbackFields(report: MailReport): string[] {
  const { message, verdict } = report
  const address = sourceAddress(message)
  const domain = domainOfAddress(message.from[0]?.address ?? '')
  const fields = [
    'Feedback-Type: fraud',
    'User-Agent: Bellwether/1',
    'Version: 1',
    `Original-Mail-From: <${asciiLine(message.returnPath)}>`,
    ...(Number.isNaN(message.timeMs) ? [] : [`Arrival-Date: ${mailDate(message.timeMs)}`]),
    ...(address === '' ? [] : [`Source-IP: ${asciiLine(address)}`]),
    ...(domain === '' ? [] : [`Reported-Domain: ${asciiLine(domain)}`]),
    ...verdict.failures
      .filter(({ kind }) => kind === 'authentication-failed')
      .slice(0, 1)
      .map(
        ({ proof }) =>
          `Authentication-Results: bellwether; dmarc=fail reason="${asciiLine(proof).replaceAll('"', '')}"`,
      ),
  ]
  const links = message.links.filter(({ from }) => from !== 'image').slice(0, 10)
  return [...fields, ...links.map(({ target }) => `Reported-URI: ${asciiLine(target)}`)]
}

/** The report as a mail, ready to be sent; lines end in CRLF. */
export function arfReport(report: MailReport): Uint8Array {
  const boundary = `bellwether-${report.id}`
  const words = new TextEncoder().encode(`${reportWords(report).join('\r\n')}\r\n`)
  const lines = [
    `From: ${mailbox(report.from)}`,
    `To: ${mailbox(report.to)}`,
    `Date: ${mailDate(report.reportedAtMs)}`,
    `Message-ID: <${report.id}@${asciiLine(domainOfAddress(report.from.address)) || 'bellwether.invalid'}>`,
    `Subject: Report of a fraudulent mail: ${asciiLine(report.message.subject)}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=feedback-report; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...base64Lines(words),
    `--${boundary}`,
    'Content-Type: message/feedback-report',
    '',
    ...feedbackFields(report),
    '',
    `--${boundary}`,
    // RFC 2046, section 5.2.1, allows no encoding of message/rfc822 but 7bit, 8bit and binary: it stands as it came.
    'Content-Type: message/rfc822',
    'Content-Disposition: attachment; filename="reported.eml"',
    'Content-Transfer-Encoding: 8bit',
    '',
    '',
  ]
  return concatenated([
    new TextEncoder().encode(lines.join('\r\n')),
    withNetworkLines(report.source),
    new TextEncoder().encode(`\r\n--${boundary}--\r\n`),
  ])
}

/** Lone line feeds made CRLF, as mail travels (RFC 5322, section 2.3). */
function withNetworkLines(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1').replace(/\r?\n/g, '\r\n')
  return Uint8Array.from(Buffer.from(text, 'latin1'))
}

function concatenated(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
