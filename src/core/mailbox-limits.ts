/** The bounds of looking into mailboxes (IMAP, Microsoft 365, Google Workspace), each with the reason for its value. They are
 *  part of `limits`, from where they are used. */

const kib = 1024
const mib = 1024 * kib
const minuteMs = 60_000

export const mailboxLimits = {
  /** How often a mailbox is looked into where the server does not say by itself that mail came. */
  mailboxPollMs: minuteMs,
  /** After a failure the next try waits from the first number, doubled each time, up to the second: a server that was
   *  started again is back in seconds, and one that is away for a night is asked a dozen times an hour. */
  mailboxRetryMsMin: 1_000,
  mailboxRetryMsMax: 5 * minuteMs,
  /** A refused password is tried again this late: servers lock accounts after some ten refusals in as many minutes. The
   *  file that holds it is looked at meanwhile, so that a mended one is used at once. */
  mailboxRefusedRetryMs: 15 * minuteMs,
  mailboxSecretCheckMs: 3_000,
  /** A server's wish to be asked later is followed up to here. */
  mailboxRetryAfterMsMax: 60 * minuteMs,
  /** Mails of one mailbox or folder that are read before the others have their turn: a first look over weeks must not
   *  keep today's mail of the next clerk waiting. */
  mailboxTurnMails: 200,
  /** Mails after which the place is kept. After a crash so many are offered again, and dropped as known. */
  mailboxSaveMails: 20,
  /** The place of a quiet mailbox is kept this often: from it follows how far back is read again when a server forgot it. */
  mailboxQuietSaveMs: 60 * minuteMs,
  /** A mail that fails so often in a row, while the mailbox can be opened, is left out, which is said: one that breaks
   *  the server or the connection must not keep all that came after it from being seen. */
  mailboxMailTriesMax: 6,
  /** A mailbox whose place the service forgot is listed anew, its mails fetched again: not more often than this, or a service
   *  that forgets each time would be asked for them without end. */
  mailboxListAnewMs: 60 * minuteMs,
  /** Folders of one mailbox that are looked into, and mailboxes of one source. */
  mailboxFoldersMax: 100,
  mailboxesMax: 1_000,
  /** How often folders into which rules sort mail are looked into, where each costs a request: they are many. */
  mailboxSortedFoldersMs: 10 * minuteMs,
  /** Connecting and signing in take a second or two. */
  mailboxConnectMsMax: 20_000,
  /** A server that says nothing for so long in the middle of an answer is given up. */
  mailboxSilentMsMax: 2 * minuteMs,
  /** One that says something now and then is given up after this long: a mail of the largest size takes so long over a
   *  line of 1 Mbit/s. */
  mailboxAnswerMsMax: 30 * minuteMs,
  /** Bytes of a line of IMAP: numbers of a million mails are 8 MiB. */
  mailboxLineBytesMax: 32 * mib,
  /** Bytes of a file that holds a password or key: Google's are some 2.5 KiB. */
  mailboxSecretBytesMax: 64 * kib,
  /** Bytes of one answer of an API that is no mail; pages of 100 entries have some 50 KiB. */
  apiAnswerBytesMax: 8 * mib,
  /** Milliseconds for one answer, a mail of the largest size included. */
  apiAnswerMsMax: 5 * minuteMs,
  /** Entries of a page that is asked for. */
  apiPageEntries: 100,
  /** Characters of a link or mark for the next page, which is kept: Microsoft's have some hundreds. */
  apiLinkCharactersMax: 16 * kib,
  /** Pages of one mailbox that are read before the others have their turn. */
  apiPagesATurn: 50,
  /** A token is renewed so long before it ends: clocks differ. */
  apiTokenSpareMs: 2 * minuteMs,
} as const
