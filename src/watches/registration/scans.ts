/** Scanners: somebody tries doors. Told by tools that name themselves, by paths that only an intruder asks for, and by
 *  a run of requests for things that are not there, whatever the speed. It does not judge what a scan carries in its
 *  parameters: see `injection.ts`. */
import { keep, type ScanState } from './clients.ts'
import { type Claim, type Emit, hitOf, hitOfKept, isServed, keptRecord, type Seen } from './seen.ts'
import { alarmAt, binaryTest, weigh } from './sequential-test.ts'

/** A visitor meets a missing page in some 2 to 5 of 100 requests, a link checker on an old site in up to 40; a scanner
 *  in nearly all. */
const missing = binaryTest(0.3, 0.9)
/** How much a probed path weighs: nobody has asked for it by accident. */
const probeWeight = 4
/** A scan is over when its client has been quiet about missing pages for this long. */
const scanPauseMs = 30 * 60_000
/** Requests for missing things within the pace of a machine: from here on a scan is more than background noise. */
const largeScanCount = 60
/** A link checker meets many dead links among live ones; a scanner hardly meets a live one. */
const largeScanShare = 0.6

export function observeScan(seen: Seen, emit: Emit): void {
  const { client, path, status, agent } = seen
  const tool = agent.tool
  const bad = isMissing(status) && path.lastErrorClient !== client.address
  const probed = path.probed !== 'no'
  if (bad) path.lastErrorClient = client.address
  if (client.scan === undefined && !bad && !probed && tool === undefined && !isNovel(seen)) return
  client.scan ??= newScan(seen)
  const scan = client.scan
  if (seen.timeMs - scan.lastBadMs > scanPauseMs) restart(scan, seen)
  scan.requestCount++
  const novelSame = isNovelTwin(seen, scan)
  if (bad || probed || novelSame) scan.lastBadMs = seen.timeMs
  if (bad || novelSame) scan.badCount++
  if (probed) scan.probes++
  if (bad || probed || novelSame) {
    scan.evidence = weigh(scan.evidence, missing.seen + (probed ? probeWeight : 0))
    scan.agent = agent.id
  } else if (isServed(status)) scan.evidence = weigh(scan.evidence, missing.unseen)
  report(seen, scan, bad || probed || novelSame, novelSame, emit)
}

const isMissing = (status: number): boolean =>
  status === 404 || status === 400 || status === 405 || status === 410 || status === 414 || status === 501

/** A site that answers every unknown path alike (a redirect, one and the same page) hides what is missing: then a path
 *  that nobody asked for before, answered exactly like the client's last such path, counts as missing. */
function isNovelTwin(seen: Seen, scan: ScanState): boolean {
  if (!isNovel(seen)) return false
  const { bodyBytes } = seen
  const twin = scan.lastNovelBytes === bodyBytes && bodyBytes >= 0
  scan.lastNovelBytes = bodyBytes
  return twin
}

/** A path that was asked for and answered for the first time. */
function isNovel({ path, timeMs, status }: Seen): boolean {
  return path.firstMs === timeMs && path.served <= 1 && isServed(status) && !path.asset && path.keyEnd === path.keyStart
}

function newScan(seen: Seen): ScanState {
  return {
    evidence: 0,
    badCount: 0,
    requestCount: 0,
    lastBadMs: seen.timeMs,
    lastNovelBytes: -1,
    probes: 0,
    alarmed: false,
    agent: seen.agent.id,
    kept: [],
  }
}

function restart(scan: ScanState, seen: Seen): void {
  Object.assign(scan, newScan(seen))
}

function report(seen: Seen, scan: ScanState, suspicious: boolean, isTwin: boolean, emit: Emit): void {
  const { client, agent, path } = seen
  const claim = claimOf(seen, scan)
  if (!scan.alarmed && scan.evidence >= alarmAt) {
    scan.alarmed = true
    for (const kept of scan.kept) emit(hitOfKept(kept, client, seen.timeMs, claim))
    scan.kept = []
  }
  // Once it is a scan, all that this client's scanner sends belongs to it, what it finds included.
  const ofScan = scan.alarmed && agent.id === scan.agent && seen.timeMs - scan.lastBadMs < scanPauseMs
  const found = path.probed === 'secret' && seen.status === 200 && !path.page.lookups.length && seen.bodyBytes > 0
  // A site that shows its front page for whatever is asked has lost no secret.
  if (found && !isTwin && seen.bodyBytes !== seen.frontBytes) {
    emit(hitOf(seen, { ...claim, rule: 'registration/scan/secret-file', level: 'medium', outcome: 'probe' }))
  } else if (ofScan || agent.tool !== undefined || (suspicious && path.probed !== 'no')) emit(hitOf(seen, claim))
  else if (suspicious) keep(scan.kept, keptRecord(seen))
}

function claimOf(seen: Seen, scan: ScanState): Claim {
  const tool = seen.agent.tool
  const large = scan.alarmed && scan.badCount >= largeScanCount && scan.badCount >= scan.requestCount * largeScanShare
  const claim: Claim = {
    kind: 'scan',
    rule:
      tool !== undefined
        ? 'registration/scan/tool'
        : scan.alarmed
          ? 'registration/scan/missing-pages'
          : 'registration/scan/probed-path',
    level: large || tool?.purpose === 'injection' ? 'medium' : 'low',
    confidence: scan.alarmed || tool !== undefined ? 0.95 : 0.6,
    outcome: 'attempt',
  }
  return tool === undefined ? claim : { ...claim, tool: tool.name }
}
