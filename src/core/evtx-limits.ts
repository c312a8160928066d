/** The bounds of reading Windows events, each with the reason for its value. They are part of `limits`, from where they are
 *  used. */

const kib = 1024

export const evtxLimits = {
  /** Bytes of an EVTX log that its reader needs at once: a chunk, and the first bytes of the next. */
  evtxReadBytesMin: 64 * kib + 8,
  /** Elements inside one another, in one template; the deepest that Windows' own providers define have ten. */
  evtxDepthMax: 64,
  /** Fragments of binary XML inside values of others: an event has two, the frame of the system and its own. */
  evtxFragmentsMax: 16,
  /** Characters of the name of an element or attribute; Windows' own have at most some 60. */
  evtxNameCharactersMax: kib,
  /** Bytes of templates read in one chunk. They cannot overlap in a sound chunk, which has 64 KiB in all. */
  evtxTemplateBytesMax: 256 * kib,
  /** Templates, and ways in which they stand in one another, that are kept from chunk to chunk: a busy domain controller's
   *  security log has some 200, all of Windows' providers some 50,000 of which one log sees few. */
  evtxTemplatesMax: 4_096,
  /** Bytes of templates kept from chunk to chunk; about a tenth of the memory that they take. */
  evtxKeptTemplateBytesMax: 4 * kib * kib,
  /** Variants of one template's content that are kept: a sound log has one, or two after an update. */
  evtxVariantsMax: 8,
  /** Fields of one event: a record has 64 KiB at most, and the richest events of Windows have some 150 fields. */
  evtxFieldsMax: 2_048,
  /** Characters of one event's text: a template may repeat a value, so a record of 64 KiB could grow without end. */
  evtxTextCharactersMax: 512 * kib,
  /** Depth of a Windows event that is written as JSON or XML: Elastic's nest six levels. */
  windowsEventDepthMax: 32,
  /** Characters of a field that is scanned without making a string of it; longer ones are scanned all the same. */
  foldedTextBytesMax: 64 * kib,
  /** Kinds of logs remembered of events with the same keys: Sysmon has some thirty, the security log more with one set of
   *  fields. */
  windowsShapeKindsMax: 64,
  /** Places in the orders of keys of JSON events that are remembered: an event has some 50, a busy collector sees some
   *  hundred kinds of them. */
  windowsKeyPlacesMax: 65_536,
  /** Bytes of a JSON or XML log whose events are kept together: an event that is held keeps so many alive. */
  windowsBatchBytes: kib * kib,
} as const
