/** Checks who answers for a mail while it arrives: SPF, DKIM, DMARC and ARC, by mailauth, with a name server that is handed
 *  in. It fetches names and nothing else, and within a bound of time: what could not be found out is unknown, never a
 *  failure. */
import { authenticate, type DNSResolver } from 'mailauth'
import { limits } from '../../core/limits.ts'
import type { AuthenticationResult } from '../../formats/mail/authentication-results.ts'
import { type Authentication, judgeResults, unknownAuthentication } from '../../watches/mail/authentication.ts'
import { domainOfAddress, registrable } from '../../watches/mail/domains.ts'

/** What the mail server knows of a delivery. */
export interface Delivery {
  /** Of the machine that hands the mail in. */
  readonly address: string
  readonly greeting: string
  /** MAIL FROM, without angle brackets; empty for a bounce. */
  readonly envelopeFrom: string
  /** The address in From, as the message was read. */
  readonly headerFrom: string
}

/** The name of this checker in proofs. */
const server = 'this desk'

/** Checks one mail. `resolve` looks names up and rejects with a code as `node:dns` does. */
export async function authenticateMail(
  source: Uint8Array,
  delivery: Delivery,
  resolve: DNSResolver,
): Promise<Authentication> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), limits.mailAuthenticationMsMax)
  })
  try {
    const checked = authenticate(Buffer.from(source), {
      ip: delivery.address,
      helo: delivery.greeting,
      sender: delivery.envelopeFrom,
      mta: 'bellwether.invalid',
      resolver: resolve,
      disableBimi: true,
    })
    const found = await Promise.race([checked, late])
    // A look-up that goes on after the time is over fails for nobody.
    checked.catch(() => undefined)
    return found === undefined ? unknownAuthentication : judge(found, registrable(domainOfAddress(delivery.headerFrom)))
  } catch {
    return unknownAuthentication
  } finally {
    clearTimeout(timer)
  }
}

type Checked = Awaited<ReturnType<typeof authenticate>>

function judge(found: Checked, domain: string): Authentication {
  const byMethod = new Map<string, AuthenticationResult[]>()
  const add = (
    method: string,
    result: string | undefined,
    properties: readonly (readonly [string, string])[],
  ): void => {
    if (result === undefined || result === '') return
    const at = byMethod.get(method) ?? []
    byMethod.set(method, [...at, { method, result, reason: '', comment: '', properties: new Map(properties) }])
  }
  const spf = found.spf || undefined
  add('spf', spf?.status.result, [['smtp.mailfrom', spf?.['envelope-from'] ?? '']])
  for (const { status, signingDomain } of found.dkim.results)
    add('dkim', status.result, [['header.d', signingDomain ?? '']])
  const dmarc = found.dmarc || undefined
  add('dmarc', dmarc?.status.result, [])
  const arc = found.arc || undefined
  add('arc', arc?.status.result, [])
  const isUnsure = [...byMethod.values()].flat().some(({ result }) => result === 'temperror')
  const judged = judgeResults(byMethod, domain, server)
  return isUnsure && judged.outcome !== 'pass' ? unknownAuthentication : judged
}
