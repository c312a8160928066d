/** The bounds of the mail watch, each with the reason for its value. They are part of `limits`, from where they are
 *  used. */

const kib = 1024

export const mailWatchLimits = {
  /** Characters of an address that is remembered: RFC 5321 allows 254 in a path. */
  mailAddressCharactersMax: 320,
  /** Protected identities at once: the shipped list has some hundreds, a state's own adds its counties and vendors. */
  identitiesMax: 5_000,
  /** Uses of an alias of YAML in such a file: a list has no need of more, and each may stand for a large piece. */
  identityAliasesMax: 10,
  /** Names, domains and other facts of one identity. */
  identityFactsMax: 200,
  /** Characters of one such name: the longest official names have some 80. */
  identityNameCharactersMax: 120,
  /** A file of identities larger than this is some other file given by mistake. */
  identityFileCharactersMax: 4_096 * kib,
  /** Characters of a mail's text that are searched for names, from its start and from its end (where a signature is);
   *  mails of the corpora have 3,000 in the middle and 30,000 at most but for a few. */
  mailTextHeadCharactersMax: 48 * kib,
  mailTextTailCharactersMax: 8 * kib,
  /** Characters of a header field, a file name or a link's text that are searched. */
  mailFieldSearchedCharactersMax: 2 * kib,
  /** Links, files and image texts of one mail that are judged: newsletters have some 200 links. */
  mailLinksJudgedMax: 400,
  mailPartsJudgedMax: 100,
  mailImageTextsJudgedMax: 100,
  /** Claims, proofs and signs of one verdict: enough to tell. */
  mailClaimsMax: 40,
  mailProofsMax: 40,
  /** Characters of a mail's own words in a proof: a line on a screen. */
  mailExcerptCharactersMax: 120,
  /** Characters of one HTML that are searched for hidden text and forms: 30 times the largest of the corpora. */
  mailHtmlSearchedCharactersMax: 1_024 * kib,
  /** Separators between two letters of a name: a line break and an indent, a dash with blanks. */
  mailNameGapMax: 3,
  /** Places of one name in one text whose surroundings are looked at: the first show how the mail speaks of it. */
  mailNamePlacesMax: 4,
  /** The longest word in which names are looked for that are written together with others. */
  mailJoinedCharactersMax: 48,
  /** Characters of a signature, from the end: four to eight short lines. */
  mailSignatureCharactersMax: 600,
  /** Characters of a sentence that are looked at together, or a piece of a text without sentences: three long ones. */
  mailSentenceCharactersMax: 300,
  /** Phrases of one kind that are told. */
  mailPhrasesMax: 6,
  /** Senders that the office's history remembers: a county hears from some thousands a year, a state from some hundred
   *  thousand; about 150 bytes each. The longest silent make room, which is said in a finding. */
  mailSendersMax: 100_000,
  /** Domains of them. */
  mailSenderDomainsMax: 50_000,
  /** Hosts whose likeness to others is kept at hand: they come again and again. */
  mailHostsKeptMax: 4_096,
  /** Threads that are remembered, by the ids of their mails: some weeks of a busy office. */
  mailThreadsMax: 50_000,
  /** People of one thread that are remembered. */
  mailThreadPeopleMax: 16,
  /** Message ids of References that are looked up: clients keep the first and the last few. */
  mailReferencesJudgedMax: 40,
  /** Words of a text from which shingles are made: the first show what it is. */
  mailSketchWordsMax: 2_000,
  /** Sketches that are kept for the search backwards: about 2 KB each with their keys, so 40 MB. */
  mailSketchesMax: 20_000,
  /** Sketches that one mail is compared with: a larger band is a form letter of the whole world. */
  mailSketchCandidatesMax: 200,
  /** Hosts, hashes and features that one sketch holds. */
  mailSketchFactsMax: 16,
  /** Recipients of one campaign that are counted apart. */
  mailCampaignRecipientsMax: 1_000,
  /** How long the checks of who answers for a mail may take: name servers answer in some tens of milliseconds, and a mail
   *  server waits for a filter for minutes. */
  mailAuthenticationMsMax: 5_000,
  /** Mails that are known to have been seen: a mailbox that is read again after a crash offers its last some hundreds. */
  mailsSeenMax: 20_000,
} as const
