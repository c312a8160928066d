/** Every bound of the product, each with the reason for its value. A bound that is reached becomes a finding or a
 *  reject; nothing is dropped in silence. */
import { archiveLimits } from './archive-limits.ts'
import { blockLimits } from './block-limits.ts'
import { deskLimits } from './desk-limits.ts'
import { documentLimits } from './document-limits.ts'
import { eventLimits } from './event-limits.ts'
import { evtxLimits } from './evtx-limits.ts'
import { followLimits } from './follow-limits.ts'
import { mailLimits } from './mail-limits.ts'
import { mailboxLimits } from './mailbox-limits.ts'
import { milterLimits } from './milter-limits.ts'
import { rulesLimits } from './rules-limits.ts'
import { serverLimits } from './server-limits.ts'
import { sigmaLimits } from './sigma-limits.ts'
import { softwareLimits } from './software-limits.ts'
import { storeLimits } from './store-limits.ts'

const kib = 1024
const mib = 1024 * kib

export const limits = {
  /** A log line longer than this is a reject: web servers cut a request line at 8 to 64 KiB, and a database statement
   *  of more than 1 MiB is a load, not a query. */
  lineBytesMax: mib,
  /** A record of several lines (a quoted CSV field, a multi-line statement) longer than this is a reject. */
  recordBytesMax: 4 * mib,
  /** Bytes read at a time: large enough that per-chunk costs vanish, small enough to stay in the second-level cache. */
  chunkBytes: mib,
  /** Columns of a log whose head names them: IIS offers 22 and custom ones, CloudFront some 60. */
  logColumnsMax: 256,
  /** A directive line (`#Fields: …`) is read this far: 256 names of 64 characters. */
  directiveBytesMax: 16 * kib,
  /** Text longer than this is no address: the longest has 45 characters, a zone and a port add some. */
  addressCharactersMax: 100,
  /** An element of X-Forwarded-For or Forwarded (an address, a host name, a protocol) longer than this is junk. */
  forwardedElementCharactersMax: 512,
  /** A key of a field map with more dots than this is taken as one key: every cut between dots doubles the tree. */
  fieldPathPartsMax: 6,
  /** Lines of a sample that a format looks at to recognise its own. */
  sampleLinesMax: 400,
  /** Characters of a database log's line in which time, session and command must stand: names are at most 63 bytes in
   *  PostgreSQL and 64 in MySQL, and a prefix holds few. */
  logPrefixCharactersMax: 512,
  /** Depth to which an audit entry in JSON may nest; servers write four levels. */
  auditNestingMax: 16,
  /** Open connections whose role is remembered for logs that name it only when the connection begins: servers allow
   *  some thousands at once. */
  databaseSessionsMax: 20_000,
  /** Records of one batch: 1 MiB of the shortest usual access-log lines (64 bytes). */
  batchRecordsMax: 16_384,
  /** A compressed source may not grow to more than this many times its size without being called a decompression bomb
   *  (real access logs compress 8 to 40 times; runs of one request up to about 300). */
  decompressionRatioMax: 2_000,
  /** Text that any compressed source may grow to before its ratio is judged: a small file of one repeated line is
   *  ordinary, and this much is scanned in a tenth of a second. */
  decompressionFreeBytes: 64 * mib,
  /** The largest zstd window that is taken, as a power of two: 128 MiB is what `zstd -22 --ultra` needs, and half of
   *  the memory that a scan may use. */
  zstdWindowLogMax: 27,
  /** Text of a source's head that is looked at to recognise its format and its first time. */
  sampleBytesMax: 64 * kib,
  /** Files of one scan: hundreds of rotated logs are ordinary, more than this is a whole disk named by mistake. */
  sourceFilesMax: 100_000,
  /** First evidence places that a finding itself carries; the evidence file has all of them. */
  evidencePlacesMax: 20,
  /** Decoding rounds on one value: attackers nest at most three encodings in practice; each round costs a pass. */
  decodeRoundsMax: 5,
  /** Characters of one value that are judged from its start and from its end; sqlmap's longest payloads are 4 KiB. */
  judgedCharactersMax: 16 * kib,
  /** Values of one request that are judged: a request of more parameters is no ordinary one, and its first show why. */
  judgedValuesMax: 400,
  /** Decoded readings of one value: an encoding or two, and both meanings of a plus sign. */
  readingsMax: 12,
  /** Characters of a verdict's decoded text, shape and fingerprint, and of a part's name: to tell, not to store. */
  decodedCharactersMax: 2_000,
  shapeCharactersMax: 300,
  fingerprintCharactersMax: 48,
  partNameCharactersMax: 40,
  /** Rules whose own advice is given, and rules and machines that are named in an incident's story: more is not read. */
  rulesSpelledOutMax: 3,
  rulesNamedMax: 6,
  machinesNamedMax: 5,
  /** Of a file's head that may be a mail's: bytes and header lines that are looked at. Servers add some 30 fields. */
  mailSampleBytesMax: 16 * kib,
  mailSampleLinesMax: 200,
  /** Accounts and computers are named this far: AWS allows names of roles of 64 characters behind a path of 512. */
  actorNameCharactersMax: 200,
  /** The text of a record that has no lines of its own (EVTX as JSON) is kept this far. */
  evidenceTextCharactersMax: 16 * kib,
  /** Such texts that a scan keeps, the first of each finding. */
  evidenceTextsMax: 10_000,
  /** Bytes of a field that the prefilter reads; web servers cut a request line at 8 to 64 KiB, and a longer one is
   *  judged. */
  prefilteredBytesMax: 64 * kib,
  /** Addresses that the registration watch remembers at once; the longest idle make room, which is said in a finding. A
   *  state's busiest day brings some 100,000; at about 300 bytes each this is under 64 MiB. */
  clientsMax: 200_000,
  /** Paths remembered at once: a site has some thousands, a scanner adds tens of thousands. */
  pathsMax: 100_000,
  /** Bytes of a path that tell it from others; sites' own paths are far shorter. */
  pathBytesMax: 512,
  /** Bytes of a query that are searched for voter keys. */
  queryBytesMax: 2_048,
  /** Parameters of one page that may be watched as voter keys; a page has a handful. */
  pageLookupsMax: 16,
  /** Verdicts kept for requests that come again, and the longest request that is worth keeping: together under 8 MiB. */
  verdictsKeptMax: 8_192,
  verdictKeyCharactersMax: 400,
  /** Names kept of one finding's parts, shapes and rules: enough to tell, not to store an attack. */
  findingNamesMax: 32,
  /** Exposures of one finding kept with their times, to say what was lost when an incident was first seen. */
  earlyExposuresMax: 512,
  /** Sources of at least this many bytes in all are read in a thread of its own: it takes a tenth of a second to begin,
   *  in which this much is scanned. */
  readAheadBytesMin: 16 * mib,
  /** Positions of one table that blind injection may ask about and that are counted apart. */
  askedPositionsMax: 10_000,
  /** Rejects of one source that are shown. */
  rejectExamplesMax: 5,
  /** User agents remembered at once; ordinary traffic shows some thousands. */
  agentsMax: 20_000,
  /** Records of one client kept to be flagged in hindsight, once it is clear what they were part of. */
  hindsightRecordsMax: 64,
  /** Distinct voter keys remembered for one client on one page; counting goes on by estimate beyond it. */
  clientKeysMax: 20_000,
  /** Requests kept for tying database statements to them. */
  tieRequestsMax: 4_096,
  /** Database statements that wait for the web request that caused them, which is often logged later. */
  tieStatementsMax: 1_024,
  /** Characters of a statement that are judged: an application's are some hundreds, a bulk insert's first rows show its
   *  shape, and an injection stands where the application's own text has barely begun. */
  statementCharactersMax: 256 * kib,
  /** Statement shapes remembered for one role: an application has some hundreds. */
  shapesMax: 20_000,
  /** Sizes kept of one attacker's answers, to learn whether a page shows payloads back: the right one comes at once. */
  echoSizesMax: 16,
  /** Distinct response sizes remembered for one page: enough to know its usual answers. */
  pageSizesMax: 64,
  /** Tokens of one statement: a bulk insert of a thousand rows has some 50,000; what follows is one opaque token. */
  statementTokensMax: 100_000,
  /** Queries within one statement that are read: applications nest fewer than ten, attackers' unions fewer than 64. */
  statementQueriesMax: 64,
  /** Columns named in one extraction: a voter's record has some tens. */
  extractedColumnsMax: 64,
  /** Spellings of SQL words kept at hand, and the longest so kept: 1 MiB at most. */
  wordsMax: 8_192,
  wordCharactersMax: 64,
  /** Hashes of shapes kept at hand, and the longest shape so kept: 16 MiB at most. */
  shapeHashesMax: 4_096,
  shapeHashedCharactersMax: 4 * kib,
  /** Terms of a sum of literals that are added up; scanners' arithmetic probes have fewer than ten. */
  literalTermsMax: 16,
  /** Character tests and casts of one statement that are looked into: each costs a pass over its arguments. */
  characterTestsMax: 64,
  /** Tokens of one branch of a condition that are looked into. */
  conditionTokensMax: 256,
  /** Parentheses around a number, and lists within lists: attackers nest two, IN ((1, 2), (3, 4)) needs two. */
  numberParenthesesMax: 4,
  /** Statements run out of strings that are read within one statement. */
  innerStatementsMax: 4,
  /** Distinct literals of one statement that are looked at; a statement with more is a bulk load. */
  literalCandidatesMax: 1_024,
  /** Tables of one statement that are told of. */
  statementTablesMax: 64,
  /** Literals of one statement kept for tying it to a request, and characters of each. */
  statementLiteralsMax: 32,
  statementLiteralCharactersMax: 256,
  /** Characters of a predicate or ordering that identify extracted records; a digest stands for the rest. */
  predicateCharactersMax: 256,
  /** Lines that belong to findings and are remembered for the evidence file: 28 bytes each, so 80 MiB; an attack of three
   *  million requests is long proven by its first three million. */
  evidenceLinesMax: 3_000_000,
  /** A journal's segment is followed by the next one at this size: some seconds of a flood, so that what was read is
   *  deleted soon, and few enough files. */
  journalSegmentBytesMax: 32 * mib,
  /** A segment that was read to its end is left behind at this size already, so that a quiet stream keeps little. */
  journalSegmentReadBytesMin: mib,
  /** Of what was read of a stream, this much stays: what is decided in hindsight still finds its lines, and a person the
   *  lines around them. With the most streams that there may be, the disk holds 4 GiB of it. */
  journalReadBytesKept: 4 * mib,
  /** Bytes written to a journal at once, and bytes that wait in memory for a slow disk before listeners stop reading. */
  journalWriteBytesMax: 4 * mib,
  journalWaitingBytesMax: 16 * mib,
  /** Accepted bytes that the analysis has not read: at the first number listeners stop reading, below the second they go
   *  on. It is a minute and a half of 50,000 lines a second. */
  journalUnreadBytesMax: 1024 * mib,
  journalUnreadBytesLow: 768 * mib,
  /** Unread bytes above which files that were put in wait, so that they never hold up what arrives by itself. */
  importUnreadBytesMax: 256 * mib,
  /** Free disk space below which listeners stop reading, so that the store can always write; and above which they go
   *  on. */
  journalFreeBytesMin: 512 * mib,
  journalFreeBytesEnough: 640 * mib,
  /** How often free space is looked at, and after how many bytes in between; how soon a failed write is tried again. */
  journalSpaceCheckMs: 1_000,
  journalSpaceCheckBytes: 64 * mib,
  journalRetryMs: 1_000,
  /** Streams (hosts and programs, files) of one source: a large office has some hundred; more are a hostile sender that
   *  invents names, and share the stream `other`. */
  journalStreamsMax: 1_000,
  /** Segments kept open at once: systems allow a process 1,024 files and more. */
  journalOpenSegmentsMax: 600,
  /** Bytes of a stream's folder name: file systems allow 255. */
  journalFolderNameBytesMax: 120,
  /** A syslog message longer than this is rejected: it is what UDP can carry, and RFC 5425 section 4.3.1 asks for 8 KiB. */
  syslogMessageBytesMax: 64 * kib,
  /** Digits of a message's length (RFC 6587 section 3.4.1): more is no length. */
  syslogLengthDigitsMax: 8,
  /** Bytes of a host's and of a program's name (RFC 5424 section 6). */
  syslogHostBytesMax: 255,
  syslogProgramBytesMax: 48,
  /** Pairs of host and program whose stream is kept at hand. */
  syslogRoutesMax: 4_096,
  /** Lines of one stream that are gathered before they go to the journal. */
  syslogBatchBytesMax: 256 * kib,
  /** Syslog lines are gathered for so long before they go to the journal, so that many senders' lines make few writes. */
  syslogGatherMs: 50,
  /** Connections of one listener, and of one address: with a message of the largest size held for each it is 32 MiB. */
  syslogConnectionsMax: 512,
  syslogConnectionsPerAddressMax: 128,
  /** A connection that was silent for so long is closed: dead peers are found by keep-alive long before, and a quiet
   *  sender that has to connect anew can lose a message. */
  syslogIdleMsMax: 86_400_000,
  /** When all connections are taken, one that never sent a message, or none for so long, makes room. */
  syslogSilentMsMax: 60_000,
  syslogQuietMsMax: 600_000,
  syslogKeepAliveMs: 60_000,
  /** Names and addresses of this machine in the certificate that the desk makes: machines with containers have tens. */
  certificateNamesMax: 64,
  /** A TLS handshake takes milliseconds. */
  syslogHandshakeMsMax: 10_000,
  /** Asked of the system for datagrams that wait: a second of 40,000 messages. Systems give less where they cap it. */
  syslogReceiveBufferBytes: 8 * mib,
  /** How often the system's count of lost datagrams is read. */
  syslogLossCheckMs: 2_000,
  /** A body that is pushed over HTTP, packed and unpacked: senders' batches have 1 to 10 MiB. It is held in memory until
   *  it is whole, and this many bytes are held for all senders together. */
  pushBodyBytesMax: 16 * mib,
  /** How long a sender waits for the disk; senders of logs give up after 10 to 60 seconds themselves. */
  pushKeepMsMax: 10_000,
  pushHeldBytesMax: 64 * mib,
  /** Characters of an uploaded or packed file's name that are kept in the name of its stream. */
  intakeNameCharactersMax: 80,
  /** Files of one bundle, the bytes of its list of files, and of a path in it. */
  bundleFilesMax: 10_000,
  bundleManifestBytesMax: 8 * mib,
  bundlePathBytesMax: 4_096,
  /** Bytes of all files of one bundle: a year of a county's logs. */
  bundleBytesMax: 256 * 1024 * mib,
  /** How often a folder is looked into, and how long a file must have kept its size before it is taken: a copy to a
   *  stick writes all the time, though the stick may hold it up for seconds. */
  dropPollMs: 3_000,
  dropSettledMs: 6_000,
  /** Files of a drop folder that are looked at, and how deep below it. */
  dropFilesMax: 2_000,
  dropDepthMax: 4,
  ...deskLimits,
  /** An office file larger than this is some other file given by mistake. */
  officeFileCharactersMax: mib,
  ...archiveLimits,
  ...blockLimits,
  ...documentLimits,
  ...serverLimits,
  ...followLimits,
  ...eventLimits,
  ...evtxLimits,
  ...rulesLimits,
  ...mailLimits,
  ...mailboxLimits,
  ...milterLimits,
  ...sigmaLimits,
  ...softwareLimits,
  ...storeLimits,
} as const
