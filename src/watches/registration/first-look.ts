/** The first look at a batch: where each path ends, hashes of what is looked up in tables, and whether the bytes may
 *  carry SQL. It needs no state, so another thread can take it while this one judges the batch before. */
import { limits } from '../../core/limits.ts'
import { field, fieldCount, type RequestBatch } from '../../formats/request-batch.ts'
import { hashSpan } from './interner.ts'
import { mayCarrySql } from './sqli/prefilter.ts'

/** Marks of a record: which parts the byte filter could not clear. The path and the agent are judged once for each
 *  distinct one, not here. */
export const mark = { query: 1, referer: 2, cookie: 4 } as const

const stride = fieldCount * 2
const questionMark = 63
const hash = 35

/** Fills `batch.firstLook`. */
export function takeFirstLook(batch: RequestBatch): void {
  const { bytes, spans, firstLook, count } = batch
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { pathEnd, clientHash, pathHash, agentHash, marks } = firstLook
  for (let record = 0; record < count; record++) {
    const base = record * stride
    const start = spans[base + field.target * 2] as number
    const end = spans[base + field.target * 2 + 1] as number
    let p = start
    while (p < end && bytes[p] !== questionMark && bytes[p] !== hash) p++
    pathEnd[record] = p
    let found = p + 1 < end && mayCarrySql(bytes, p + 1, end) ? mark.query : 0
    const refererStart = spans[base + field.referer * 2] as number
    const refererEnd = spans[base + field.referer * 2 + 1] as number
    if (refererEnd > refererStart && mayCarrySql(bytes, refererStart, refererEnd)) found |= mark.referer
    const cookieStart = spans[base + field.cookie * 2] as number
    const cookieEnd = spans[base + field.cookie * 2 + 1] as number
    if (cookieEnd > cookieStart && mayCarrySql(bytes, cookieStart, cookieEnd)) found |= mark.cookie
    marks[record] = found
    clientHash[record] = hashSpan(view, spans[base] as number, spans[base + 1] as number)
    pathHash[record] = hashSpan(view, start, Math.min(p, start + limits.pathBytesMax))
    agentHash[record] = hashSpan(
      view,
      spans[base + field.agent * 2] as number,
      spans[base + field.agent * 2 + 1] as number,
    )
  }
  batch.looked = true
}
