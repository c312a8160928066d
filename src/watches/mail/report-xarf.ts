/** A mail as an abuse report in XARF 4 (xarf.org): JSON of the class messaging, type spam, or content, type phishing where
 *  a link is reported. Pure: its id and its time come in. */
import { domainOfAddress } from './domains.ts'
import { type MailReport, oneLine, reportWords, sourceAddress } from './report.ts'

/** The report as JSON text, two spaces of indent. */
export function xarfReport(report: MailReport): string {
  const { message, verdict, from, reportedAtMs, id, source } = report
  const link = message.links.find(({ from: kind }) => kind === 'html' || kind === 'text')?.target
  const contact = { org: oneLine(from.name), contact: oneLine(from.address), domain: domainOfAddress(from.address) }
  const document = {
    xarf_version: '4.0.0',
    report_id: id,
    timestamp: new Date(reportedAtMs).toISOString(),
    reporter: contact,
    sender: contact,
    source_identifier: sourceAddress(message) || oneLine(domainOfAddress(message.from[0]?.address ?? '')) || 'unknown',
    category: link === undefined ? 'messaging' : 'content',
    type: link === undefined ? 'spam' : 'phishing',
    evidence_source: 'user_report',
    confidence: Math.round(verdict.score * 100) / 100,
    description: reportWords(report).join('\n'),
    ...(link === undefined ? {} : { url: oneLine(link, 2_000) }),
    protocol: 'smtp',
    smtp_from: oneLine(message.returnPath || (message.from[0]?.address ?? '')),
    subject: oneLine(message.subject),
    message_id: oneLine(message.messageId),
    ...(verdict.posesAs === undefined ? {} : { target_brand: oneLine(verdict.posesAs.name) }),
    evidence: [
      {
        content_type: 'message/rfc822',
        description: 'The mail as it came. It may be dangerous to open.',
        payload: Buffer.from(source).toString('base64'),
      },
    ],
  }
  return `${JSON.stringify(document, null, 2)}\n`
}
