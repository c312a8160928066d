/** The bounds of reading mail, each with the reason for its value. They are part of `limits`, from where they are used. */
import { mailWatchLimits } from './mail-watch-limits.ts'

const kib = 1024
const mib = 1024 * kib

export const mailLimits = {
  /** Bytes of one mail that are read: servers take 25 to 50 MB, and Microsoft 365 at most 150. The rest of a longer one
   *  is left out, which is said. */
  mailBytesMax: 160 * mib,
  /** Bytes of a mail's or part's header: the longest of the corpora has 31 KiB; postfix stops at 100 KiB. */
  mailHeaderBytesMax: 512 * kib,
  /** Header fields of one mail or part. Long ways through Microsoft's servers leave some 150. */
  mailHeadersMax: 2_000,
  /** Characters of one field that are decoded and parsed; a list of 1,000 recipients fits. */
  mailFieldCharactersMax: 64 * kib,
  /** Addresses of one mail's field, and message ids of its thread. */
  mailAddressesMax: 2_000,
  mailReferencesMax: 200,
  /** Parameters of one field (RFC 2231), and pieces in which one of them may come. */
  mailParametersMax: 64,
  mailFileNameCharactersMax: 1_000,
  /** Parts of one mail, and how deep they nest: forwarded threads reach ten, and some programs follow 30 and more. */
  mailPartsMax: 1_000,
  mailNestingMax: 50,
  /** Characters of a boundary: RFC 2046 section 5.1.1 allows 70, and programs take far longer ones. */
  mailBoundaryCharactersMax: 2_000,
  /** Bytes that all decoded parts of one mail may hold, mails inside mails included. */
  mailDecodedBytesMax: 200 * mib,
  /** Characters of the text, and of the HTML, that are looked at: a long newsletter has 200 KiB. */
  mailTextCharactersMax: mib,
  mailHtmlCharactersMax: 4 * mib,
  /** Links of one mail; digests have some hundreds. */
  mailLinksMax: 3_000,
  mailLinkCharactersMax: 8 * kib,
  mailLinkTextCharactersMax: 2 * kib,
  mailImageTextsMax: 500,
  /** HTML elements that are open at once, and attributes of one: templates of tables nest some 40 deep. */
  htmlDepthMax: 400,
  htmlAttributesMax: 100,
  /** Columns or rows that a cell of a view spans. */
  htmlSpansMax: 100,
  htmlAttributeCharactersMax: 64 * kib,
  /** Characters of the view of a mail that a person looks at. */
  mailViewCharactersMax: mib,
  /** Rules of style sheets that are looked at for classes which hide. */
  htmlStyleRulesMax: 2_000,
  /** Problems told of one mail. */
  mailProblemsMax: 20,
  /** Received fields that are parsed: RFC 5321 section 6.3 calls 100 a loop. */
  mailReceivedMax: 100,
  /** Methods of one Authentication-Results field, and properties of one. */
  mailAuthenticationResultsMax: 100,
  /** Properties of one storage of an Outlook message: real ones have under 200. */
  outlookPropertiesMax: 4_096,
  /** Attributes of one package of Outlook (TNEF): ten or so for each of a thousand files. */
  tnefAttributesMax: 20_000,
  /** Titles, places or descriptions of an invitation that are read: one has a few dates at most. */
  mailCalendarTextsMax: 100,
  /** Elements of unknown length in one another, around what was signed: those of S/MIME nest six deep. */
  signedNestingMax: 16,
  /** Texts of a mail that another one is compared with, so that the same is not read twice. */
  mailTextsComparedMax: 4,
  /** Fonts in a table of RTF that have a character set; Word's own tables have some hundreds. */
  rtfFontsMax: 4_096,
  /** Bytes of a line that separates mails of a mailbox; real ones have under 150. */
  mailboxSeparatorBytesMax: kib,
  /** Characters of one mail's name in a folder, and files of one mail folder that are read. */
  mailFolderFilesMax: 1_000_000,
  mailFolderDepthMax: 12,
  /** How long one mail may be judged before it is given up: the slowest of the corpora takes a second. */
  mailJudgeMsMax: 60_000,
  /** Heap of the process that judges mail, in MiB: 220 were needed with the largest mails of the corpora. */
  mailHeapMib: 768,
  /** Entries of the log of what was remembered of mail, before the memory is written anew. */
  mailMemoryLogMax: 2_000,
  /** Mails that are offered again with a pause in between where they cannot be kept. */
  mailRetryMs: 5_000,
  /** A mail that somebody pastes or chooses as a file; on its way, in JSON, it takes up to twice as much. */
  mailPasteBytesMax: 8 * mib,
  /** Identities that an office adds itself. */
  ownIdentitiesMax: 2_000,
  ...mailWatchLimits,
} as const
