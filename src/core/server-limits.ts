/** The bounds of the server and of signing in, each with the reason for its value. They are part of `limits`, from where
 *  they are used. */

const kib = 1024
const mib = 1024 * kib

export const serverLimits = {
  /** Request heads of browsers stay below 8 KiB; it must be there whole within this time, checked this often. */
  requestHeadBytesMax: 16 * kib,
  requestHeadMsMax: 10_000,
  requestCheckMs: 2_000,
  /** From the first byte to the answer: pages ask for little, a hunt may search for a minute. */
  requestMsMax: 30_000,
  huntRequestMsMax: 120_000,
  /** A connection on which nothing happens; longer than reverse proxies keep theirs (60 s), so that they close first. */
  connectionIdleMsMax: 75_000,
  /** Connections to the desk: some hundreds of consoles and senders, and of one address a busy office behind one router. */
  connectionsMax: 1_000,
  connectionsPerAddressMax: 200,
  /** What a form sends; a list of addresses to hunt for (100,000); a list of indicators in its longest spelling. */
  formBytesMax: 64 * kib,
  huntBodyBytesMax: 8 * mib,
  indicatorBodyBytesMax: 32 * mib,
  /** An uploaded file: a month of a state's access logs, unpacked. */
  uploadBytesMax: 64 * 1024 * mib,
  /** A body that comes more slowly than this much in this time, while the desk is reading, is given up. */
  slowBodyBytesMin: kib,
  slowBodyMsMax: 30_000,
  /** Requests of one address in a minute: a console in use makes some 60, and ten a second while an attack unrolls, of
   *  ten consoles behind one router; senders push one batch a second from each of some tens of machines; a person signs
   *  in a few times. */
  requestsPerMinuteMax: 6_000,
  pushesPerMinuteMax: 6_000,
  signInsPerMinuteMax: 60,
  /** Consoles that wait for news: of all, and of one session; how much may wait for a console that does not read, and for
   *  how long; how often a sign of life is sent; for how long news is gathered, at least this long after the last, so that pages
   *  have the time to ask anew; and how many things of one kind are told apart. */
  eventClientsMax: 200,
  eventClientsPerSessionMax: 12,
  eventWaitingBytesMax: 64 * kib,
  eventStallMsMax: 30_000,
  eventHeartbeatMs: 20_000,
  eventGatherMs: 100,
  eventSpacingMs: 500,
  eventIdsMax: 8,
  /** A session ends after a working day unused, and daily (NIST SP 800-63B, 4.2.3); its use is noted once a minute. */
  sessionIdleMsMax: 8 * 3_600_000,
  sessionMsMax: 24 * 3_600_000,
  sessionTouchMs: 60_000,
  /** For a new passkey the person must have signed in this recently. */
  freshSignInMsMax: 15 * 60_000,
  /** Sessions of the demonstration, which are kept in memory. */
  demonstrationSessionsMax: 20,
  /** A printed link works for a day, an invitation for a week, a recovery code for ten years. */
  printedLinkMsMax: 24 * 3_600_000,
  invitationMsMax: 7 * 24 * 3_600_000,
  recoveryCodeMsMax: 3_650 * 24 * 3_600_000,
  /** Accounts being set up, which only holders of a link can begin; and the time for it. */
  enrolmentsMax: 200,
  enrolmentMsMax: 15 * 60_000,
  /** The time to answer a passkey's challenge, and answered challenges remembered so that none works twice. */
  challengeMsMax: 5 * 60_000,
  challengesUsedMax: 10_000,
  /** A password alone needs 15 characters, beside a second factor 8 (NIST SP 800-63B-4, 3.1.1.2); 12 is a bar above. */
  passwordCharactersMin: 12,
  passwordCharactersMax: 256,
  /** scrypt with N = 2^17, r = 8, p = 1 (OWASP): 128 MiB and a third of a second; stored hashes may ask for no more than
   *  this; so many passwords are checked at once, and so many wait. */
  scryptCostLog: 17,
  scryptCostLogMax: 18,
  passwordChecksMax: 1,
  passwordChecksWaitingMax: 16,
  /** Names and addresses whose failed sign-ins are remembered, for how long, how many are free, and the longest wait. */
  signInTracksMax: 20_000,
  signInTrackMsMax: 3_600_000,
  signInFreeFailuresMax: 3,
  addressFreeFailuresMax: 10,
  signInWaitMsMax: 5 * 60_000,
  addressWaitMsMax: 15 * 60_000,
  /** A push token's last use is noted this often. */
  pushTokenTouchMs: 60_000,
  /** Lines of evidence fetched at a time for a download. */
  evidencePageRows: 200,
} as const
