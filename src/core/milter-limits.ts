/** The bounds of taking mail from a mail server as it arrives (milter), each with the reason for its value. They are part of
 *  `limits`, from where they are used. */

const kib = 1024
const mib = 1024 * kib

export const milterLimits = {
  /** Bytes of one packet: servers send bodies in pieces of 64 KiB, or up to 1 MiB where they agree on it. */
  milterPacketBytesMax: 2 * mib,
  /** Bytes of one mail that are gathered. A larger one is judged by its beginning. */
  milterMailBytesMax: 64 * mib,
  /** Bytes gathered for all connections together; while they are taken, a mail is judged by what there was room
   *  for, which is told. */
  milterHeldBytesMax: 256 * mib,
  /** Connections at once: postfix opens one for each of its processes, of which it has 100 unless told otherwise. */
  milterConnectionsMax: 500,
  /** Recipients of one mail; postfix takes 1,000 at once. */
  milterRecipientsMax: 2_000,
  /** Judging takes some milliseconds. After this long the mail goes through: the server waits while the sender does. */
  milterJudgeMsMax: 5_000,
  /** A connection that says nothing for so long is closed: servers keep one open for some minutes between mails. */
  milterIdleMsMax: 900_000,
} as const
