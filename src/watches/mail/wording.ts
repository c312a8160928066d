/** What a mail's words are after: a password, money, a quick click. Words and phrases of the languages that phish comes
 *  in most, looked for in folded text with one pass each; a phrase counts once however often it stands there. */
import { limits } from '../../core/limits.ts'

/** What is asked or threatened. */
export const wordingKinds = [
  'credentials',
  'urgency',
  'loss',
  'money',
  'prize',
  'delivery',
  'document',
  'wallet',
  'greeting',
  'call',
] as const
export type WordingKind = (typeof wordingKinds)[number]

const phrases: Readonly<Record<WordingKind, string>> = {
  credentials: `verify your account|verify your identity|confirm your account|confirm your identity|confirm your email|
    verify your email|update your account|update your information|validate your|validate account|sign in to|log in to|
    login to|account verification|your password|reset password|password expir|password will expire|password has expired|
    password notification|keep same password|keep my password|keep current password|unusual sign|unusual login|
    unusual activity|suspicious activity|suspicious login|new sign-in|re-activate|reactivate your|confirm ownership|
    unlock your account|restore access|security alert|credentials|mailbox|e-mail account|email account|webmail|quota|
    storage is full|storage full|icloud storage|undelivered message|pending message|incoming message|held message|
    quarantine|two-factor|seed phrase|recovery phrase|verifique|verificar|confirme seus dados|atualize|sua senha|
    recadastr|su cuenta|tu cuenta|contrasena|inicie sesion|iniciar sesion|ihr konto|ihre daten|passwort|anmelden|
    bestatigen sie|votre compte|mot de passe|connectez-vous|verifiez|il tuo account|accedi|uw account|wachtwoord`,
  urgency: `immediately|urgent|as soon as possible|within 24 hours|within 48 hours|within 24h|24 hours|48 hours|72 hours|
    act now|action required|immediate action|requires your attention|attention required|final notice|final warning|
    last chance|last warning|expires today|expires soon|expiring|before it's too late|time is running out|limited time|
    today only|do not ignore|important notice|final reminder|last reminder|second attempt|respond within|urgente|
    imediatamente|ultimo aviso|ultima chance|prazo|inmediatamente|sofort|dringend|umgehend|letzte|urgent|immediatement|
    dernier|subito|scade|onmiddellijk`,
  loss: `suspended|suspension|will be suspended|has been limited|account limited|restricted|deactivat|terminat|
    will be closed|will be deleted|be deleted|permanently|blocked|on hold|locked|cancelled|canceled|cancel your|expired|
    has expired|will expire|interrupted|unpaid|overdue|legal action|lose access|lose your|data loss|infected|virus|
    your device|hacked|compromised|threats detected|unauthorized|unauthorised|bloquead|suspens|cancelad|vencid|expirad|
    gesperrt|eingeschrankt|abgelaufen|suspendu|bloque|expire|sospeso|bloccato|geblokkeerd|verlopen`,
  money: `payment|invoice|refund|billing|wire transfer|bank account|bank transfer|transaction|transfer of|fund|funds|
    million|usd|inheritance|beneficiary|compensation|loan|credit card|debit card|gift card|overdue invoice|outstanding|
    remittance|payroll|receipt|charged|amount due|your order|auto-renew|renewal|subscription|tax refund|pagamento|fatura|
    boleto|nota fiscal|valor|pago|factura|reembolso|rechnung|zahlung|uberweisung|facture|paiement|remboursement|fattura|
    pagamento|betaling|donation|investment|profit|deposit`,
  prize: `congratulations|you have won|you've won|you have been selected|you've been selected|you have been chosen|winner|
    claim your|claim now|reward|free gift|gift card|exclusive offer|giveaway|lottery|jackpot|prize|bonus|free trial|
    no cost|risk free|100% free|parabens|premio|ganhou|felicidades|felicitaciones|ganador|gluckwunsch|gewonnen|gewinn|
    felicitations|gagne|cadeau|congratulazioni|gefeliciteerd|singles|dating|casino|free spins|weight loss|keto|crypto`,
  delivery: `your package|your parcel|delivery attempt|delivery failed|failed delivery|could not be delivered|
    unable to deliver|shipping fee|shipping address|customs|redelivery|reschedule|tracking number|pending package|
    shipment|encomenda|entrega|rastreamento|paquete|envio|paket|sendung|zustellung|lieferung|colis|livraison|pacco|
    spedizione|pakket|zending`,
  document: `shared a document|shared a file|has shared|sent you a document|review document|view document|open document|
    review and sign|docusign|e-sign|signature required|secure document|secure message|encrypted message|new fax|voicemail|
    voice message|missed call|scanned document|attached document|purchase order|see attached|please find attached|
    attached file|enable content|enable editing|enable macros|user guide|new guide`,
  wallet: `wallet|bitcoin|btc|ethereum|metamask|nft|airdrop|token|blockchain|crypto|seed phrase|recovery phrase|coinbase|
    binance|trust wallet|ledger live|defi|usdt`,
  greeting: `dear customer|dear user|dear valued|dear client|dear member|dear account|dear sir|dear beneficiary|dear friend|
    dear winner|dear email|valued customer|hello dear|greetings to you|hi dear|good day|attention:|prezado cliente|
    caro cliente|estimado cliente|estimado usuario|sehr geehrter kunde|lieber kunde|cher client|chere cliente|
    gentile cliente|geachte klant|dear webmail|dear owner|dear beloved`,
  call: `click here|click below|click the link|click on the link|click the button|click to|tap here|follow the link|
    follow this link|link below|button below|press the button|open the link|visit the link|download now|download here|
    view now|get started|start now|continue here|clique aqui|clique no|haga clic|haz clic|klicken sie|hier klicken|
    cliquez ici|cliquez sur|clicca qui|klik hier|call us|call this number|call our|toll free|toll-free|contact us at`,
}

const compiled = wordingKinds.map((kind) => ({
  kind,
  phrases: phrases[kind]
    .split('|')
    .map((phrase) => phrase.trim().replace(/\s+/g, ' '))
    .filter((phrase) => phrase !== ''),
}))

/** What was found: of each kind the distinct phrases. */
export type Wording = ReadonlyMap<WordingKind, readonly string[]>

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 48 && code <= 57)

const isStart = (text: string, at: number): boolean => at === 0 || !isLetter(text.charCodeAt(at - 1))
/** Letters from which on a word may go on: they are stems. */
const stemFrom = 7
const endsWell = (text: string, end: number, phrase: string): boolean =>
  phrase.length >= stemFrom ||
  !isLetter(text.charCodeAt(end)) ||
  (text[end] === 's' && !isLetter(text.charCodeAt(end + 1)))

/** Looks for the phrases in text that is folded and has single spaces. A phrase begins with a word. */
export function wordingOf(text: string): Wording {
  const found = new Map<WordingKind, string[]>()
  for (const { kind, phrases: of } of compiled) {
    const hits: string[] = []
    for (const phrase of of) {
      if (hits.length >= limits.mailPhrasesMax) break
      let at = text.indexOf(phrase)
      while (at > 0 && !isStart(text, at)) at = text.indexOf(phrase, at + 1)
      while (at >= 0 && !endsWell(text, at + phrase.length, phrase)) at = text.indexOf(phrase, at + 1)
      if (at >= 0 && isStart(text, at) && !hits.includes(phrase)) hits.push(phrase)
    }
    if (hits.length > 0) found.set(kind, hits)
  }
  return found
}

/** The words of a text among which a phrase stands, so that a reader sees what is asked of him. `text` is as it was written;
 *  where a phrase was found only once disguises were undone, the phrase itself is given. */
export function wordsAround(text: string, phrase: string): string {
  const at = text.toLowerCase().indexOf(phrase)
  if (at < 0) return phrase
  const from = Math.max(0, at - around)
  const until = Math.min(text.length, at + phrase.length + around)
  const begin = from === 0 ? 0 : Math.min(at, text.indexOf(' ', from) + 1)
  const end = until === text.length ? until : Math.max(at + phrase.length, text.lastIndexOf(' ', until))
  return `${begin > 0 ? '… ' : ''}${text.slice(begin, end).trim()}${end < text.length ? ' …' : ''}`
}

/** Characters shown on either side: half a line. */
const around = 40
