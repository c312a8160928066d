/** Mail as the console shows it: what was flagged, each with its proofs, the mail itself as text and as a view without
 *  anything that loads or runs, and the registry of those in whose name nobody else may write. */
import { type Static, Type } from 'typebox'

export const mailVerdicts = ['attack', 'suspicious', 'clean', 'unreadable'] as const
export const MailVerdictSchema = Type.Enum(mailVerdicts)

/** A mail in the list. Texts are the sender's own: they are shown, never trusted. */
export const MailSummarySchema = Type.Object({
  /** SHA-256 of the mail's bytes, hex. */
  id: Type.String(),
  /** When the desk took it in. */
  takenAtMs: Type.Number(),
  /** What its own Date field says, where it can be read. */
  dateMs: Type.Optional(Type.Number()),
  verdict: MailVerdictSchema,
  /** 0 to 1. */
  score: Type.Number(),
  from: Type.Object({ name: Type.String(), address: Type.String() }),
  recipients: Type.Array(Type.String()),
  subject: Type.String(),
  /** Whom it poses as; left out where nobody. */
  posesAs: Type.Optional(Type.String()),
  /** The worst of it in one plain sentence. */
  sentence: Type.String(),
  /** The campaign that it is part of, and how many mails that has now. */
  campaign: Type.Optional(Type.Object({ id: Type.String(), mails: Type.Integer(), recipients: Type.Integer() })),
  sourceId: Type.String(),
})
export type MailSummaryView = Static<typeof MailSummarySchema>

export const MailListSchema = Type.Object({
  rows: Type.Array(MailSummarySchema),
  total: Type.Integer(),
  /** Mails that were taken in since the desk was set up, flagged or not. */
  read: Type.Integer(),
  /** False where no source of mail is set up: the page then says how to. */
  hasSource: Type.Boolean(),
})
/** The list of flagged mail, a page of it. */
export type MailListView = Static<typeof MailListSchema>

/** One proof, in plain words. */
export const MailProofSchema = Type.Object({
  /** What kind it is, in a few words: `A name in the sender's name`, `Another domain that looks like theirs`. */
  title: Type.String(),
  /** What shows it. */
  proof: Type.String(),
  /** Of something in a file: its name, and the names inside it, from the outside in. */
  path: Type.Array(Type.String()),
})
export type MailProofView = Static<typeof MailProofSchema>

export const MailSchema = Type.Intersect([
  MailSummarySchema,
  Type.Object({
    claims: Type.Array(MailProofSchema),
    failures: Type.Array(MailProofSchema),
    carries: Type.Array(MailProofSchema),
    /** What was not looked at, each a sentence. */
    problems: Type.Array(Type.String()),
    /** What to do now, in order. */
    advice: Type.Array(Type.String()),
    /** Whom to call, by the number in the registry; empty text where none is known. */
    call: Type.Optional(Type.Object({ name: Type.String(), phone: Type.String() })),
    /** Where the mail was found. */
    origin: Type.String(),
    incidentId: Type.Optional(Type.String()),
    /** False where its bytes are kept no more: then there is no text, view, header or report. */
    isKept: Type.Boolean(),
    headers: Type.Array(Type.Object({ name: Type.String(), value: Type.String() })),
    text: Type.String(),
    /** HTML made anew from an allow-list, without anything that loads, leads anywhere or runs; empty where the mail has
     *  none. To be shown in a frame with an empty `sandbox`. */
    view: Type.String(),
    files: Type.Array(
      Type.Object({ name: Type.String(), contentType: Type.String(), bytes: Type.Integer(), sha256: Type.String() }),
    ),
    /** Other mails of its campaign that were flagged, oldest first. */
    others: Type.Array(MailSummarySchema),
  }),
])
/** One mail with its proofs. */
export type MailView = Static<typeof MailSchema>

/** Text for the mail administrator. */
export const MailInstructionSchema = Type.Object({
  /** `Microsoft 365`, `Google Workspace`, `rspamd`, `postfix`. */
  system: Type.String(),
  /** What to do with the text. */
  how: Type.String(),
  text: Type.String(),
})
export const MailInstructionsSchema = Type.Object({ instructions: Type.Array(MailInstructionSchema) })
export type MailInstructionsView = Static<typeof MailInstructionsSchema>

/** `arf` (RFC 5965, a mail to attach or send), `xarf` (JSON), `eml` (the mail itself). */
export const mailDownloads = ['arf', 'xarf', 'eml'] as const
export type MailDownload = (typeof mailDownloads)[number]

const Texts = Type.Array(Type.String({ maxLength: 200 }), { maxItems: 200 })

/** Somebody in whose name nobody else may write. */
export const IdentitySchema = Type.Object({
  id: Type.String({ maxLength: 200 }),
  kind: Type.Enum(['vendor', 'federal', 'state', 'association', 'brand'] as const),
  name: Type.String({ minLength: 1, maxLength: 200 }),
  aliases: Texts,
  products: Texts,
  domains: Texts,
  addresses: Texts,
  mailingServices: Texts,
  neverUses: Type.Array(Type.Enum(['free-mail', 'attachments', 'links', 'macros', 'archives'] as const)),
  phone: Type.String({ maxLength: 100 }),
  reportAddress: Type.String({ maxLength: 200 }),
  source: Type.String({ maxLength: 500 }),
})
export type IdentityBody = Static<typeof IdentitySchema>

export const IdentityViewSchema = Type.Intersect([
  IdentitySchema,
  Type.Object({
    /** `shipped`: comes with Bellwether; `changed`: the office's own version of such an entry; `own`: the office's;
     *  `file`: from a list that the configuration names. */
    from: Type.Enum(['shipped', 'changed', 'own', 'file'] as const),
    /** When its facts were looked up, `YYYY-MM-DD`. */
    asOf: Type.String(),
  }),
])
/** An entry of the registry. */
export type IdentityView = Static<typeof IdentityViewSchema>

export const RegistrySchema = Type.Object({ identities: Type.Array(IdentityViewSchema) })
/** The registry. */
export type RegistryView = Static<typeof RegistrySchema>

/** A list of a state or a vendor, as text: JSON, TOML or rows with commas. */
export const RegistryImportBodySchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  text: Type.String({ minLength: 1 }),
})
export const RegistryImportedSchema = Type.Object({
  taken: Type.Integer(),
  /** The fingerprint of the key that signed the list, where one did. */
  signedBy: Type.Optional(Type.String()),
  /** What could not be taken, each a sentence. */
  problems: Type.Array(Type.String()),
})
export type RegistryImportedView = Static<typeof RegistryImportedSchema>

/** A mail's source that a person pasted, or the bytes of a file in which a mail program saved it (.eml, .msg): a mail is not
 *  always text. It is judged, and not remembered. */
export const MailPasteBodySchema = Type.Union([
  Type.Object({ text: Type.String({ minLength: 1 }) }),
  Type.Object({ base64: Type.String({ minLength: 1 }) }),
])
