/** The bounds of reading events of machines, networks and clouds, each with the reason for its value. They are part of
 *  `limits`, from where they are used. */

const kib = 1024

export const eventLimits = {
  /** Depth to which an event in JSON may nest: Suricata and clouds write up to ten. */
  eventNestingMax: 64,
  /** Values of one event in JSON: the richest of clouds have some thousand. */
  eventValuesMax: 50_000,
  /** Bytes that a format without lines asks for at a time: several events of the usual size, and few calls. */
  eventChunkBytesMin: 64 * kib,
  /** Fields of one line of text (CEF, LEEF, audit records): a process may have thousands of arguments. */
  eventFieldsMax: 4_096,
  /** Characters of a line's message in which the words of sign-ins are looked for. */
  eventMessageCharactersMax: 8 * kib,
  /** Records of one audit event that are joined: a rename names six paths, a long command line some tens of records. */
  auditRecordsMax: 512,
  /** Processes whose program is remembered, so that their children's events name it: a server runs some thousands. */
  auditProcessesMax: 20_000,
  /** Characters of a command line that is put together from arguments: the kernel records 7,500 of each at most. */
  auditCommandCharactersMax: 64 * kib,
  /** Events of one voting device that wait for its name, which may stand behind them in the file: a scanner writes some
   *  ten thousand on election day. Those beyond are handed on without it. */
  votingEventsMax: 200_000,
} as const
