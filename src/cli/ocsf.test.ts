import { describe, expect, test } from 'vitest'
import { findingKinds, levels } from '../core/finding.ts'
import { type detectionFinding, ocsfLines, ocsfVersion, renderOcsf } from './ocsf.ts'
import { sampleFinding, sampleIncident, sampleReportInput } from './report-sample.ts'

/** Required attributes, as github.com/ocsf/ocsf-schema publishes them: of the class in events/findings/
 *  detection_finding.json with finding.json and base_event.json, which it extends; of the objects in objects/. */
const required = {
  class: ['activity_id', 'category_uid', 'class_uid', 'finding_info', 'metadata', 'severity_id', 'time', 'type_uid'],
  metadata: ['product', 'version'],
  product: ['name', 'vendor_name'],
  finding_info: ['title', 'uid'],
  analytic: ['type_id'],
  observable: ['name', 'type_id'],
  file: ['name', 'type_id'],
} as const
/** Attributes that the class recommends and that a log scan can fill. */
const recommended = ['confidence_id', 'evidences', 'is_alert', 'message', 'observables', 'resources', 'status_id']
/** objects/evidences.json: at least one of these (those that we use). */
const evidenceNeedsOne = ['actor', 'file', 'src_endpoint', 'data']

const generator = { name: 'Bellwether', version: '0.1.0' }
const rendered = (finding: ReturnType<typeof sampleFinding>) =>
  JSON.parse(renderOcsf({ ...sampleReportInput, incidents: [sampleIncident([finding])] }, generator)) as ReturnType<
    typeof detectionFinding
  >

describe('OCSF output', () => {
  test('is one JSON object a line, one for each finding', () => {
    const lines = [...ocsfLines(sampleReportInput, generator)]
    expect(lines).toHaveLength(sampleReportInput.incidents.reduce((sum, { findings }) => sum + findings.length, 0))
    for (const line of lines) {
      expect(line.endsWith('\n')).toBe(true)
      expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b\u202e]/)
      expect(JSON.parse(line).class_uid).toBe(2004)
    }
  })

  test.each(findingKinds)('a finding of kind %s has every attribute that the class requires', (kind) => {
    const event = rendered(sampleFinding(kind))
    for (const name of [...required.class, ...recommended]) expect(event, name).toHaveProperty(name)
    for (const name of required.metadata) expect(event.metadata).toHaveProperty(name)
    for (const name of required.product) expect(event.metadata.product).toHaveProperty(name)
    for (const name of required.finding_info) expect(event.finding_info).toHaveProperty(name)
    for (const name of required.analytic) expect(event.finding_info.analytic).toHaveProperty(name)
    for (const observable of event.observables) {
      for (const name of required.observable) expect(observable).toHaveProperty(name)
    }
    for (const evidence of event.evidences) {
      for (const name of required.file) expect(evidence.file).toHaveProperty(name)
      expect(Object.keys(evidence).some((name) => evidenceNeedsOne.includes(name))).toBe(true)
    }
  })

  test('the type is class times 100 plus activity, and times are epoch milliseconds', () => {
    const event = rendered(sampleFinding('sql-injection'))
    expect(event).toMatchObject({
      class_uid: 2004,
      category_uid: 2,
      activity_id: 1,
      type_uid: 2004 * 100 + 1,
      status_id: 1,
      time: Date.UTC(2026, 5, 23, 2, 52, 48),
      metadata: { version: ocsfVersion },
    })
    expect(event.finding_info.first_seen_time).toBe(Date.UTC(2026, 5, 23, 2, 52, 48))
  })

  test('levels are OCSF severities', () => {
    expect(levels.map((level) => rendered(sampleFinding('scan', { level })).severity_id)).toEqual([1, 2, 3, 4, 5])
  })

  test('confidence is given as a score and as a class', () => {
    expect([0.3, 0.5, 0.9].map((confidence) => rendered(sampleFinding('scan', { confidence })))).toMatchObject([
      { confidence_id: 1, confidence_score: 30 },
      { confidence_id: 2, confidence_score: 50 },
      { confidence_id: 3, confidence_score: 90 },
    ])
  })

  test('techniques are those of MITRE ATT&CK', () => {
    const ids = (kind: (typeof findingKinds)[number], outcome?: 'attempt' | 'success') =>
      rendered(sampleFinding(kind, outcome === undefined ? {} : { outcome })).finding_info.attacks?.map(
        ({ technique, sub_technique }) => sub_technique?.uid ?? technique.uid,
      )
    expect(ids('sql-injection', 'attempt')).toEqual(['T1190'])
    expect(ids('sql-injection', 'success')).toEqual(['T1190', 'T1213'])
    expect(ids('enumeration', 'success')).toEqual(['T1119', 'T1213'])
    expect(ids('scan')).toEqual(['T1595.002'])
    expect(ids('password-guessing')).toEqual(['T1110.001'])
    expect(ids('password-spraying')).toEqual(['T1110.003'])
    expect(ids('limit-reached')).toBeUndefined()
  })

  test('an ordered scan and a low finding alert nobody; a high one does', () => {
    const alerts = (kind: (typeof findingKinds)[number], level: (typeof levels)[number]) =>
      rendered(sampleFinding(kind, { level })).is_alert
    expect(alerts('authorised-scan', 'high')).toBe(false)
    expect(alerts('scan', 'low')).toBe(false)
    expect(alerts('enumeration', 'high')).toBe(true)
  })

  test('evidence names the file, the line and who did it', () => {
    expect(rendered(sampleFinding('scan')).evidences[0]).toMatchObject({
      file: { name: 'access.log', path: 'access.log', type_id: 1 },
      src_endpoint: { ip: '192.0.2.7' },
      data: { line: 307, offset: 61_440, length: 180 },
    })
    const role = rendered(sampleFinding('new-statement', { actor: { type: 'role', value: 'app' }, target: 'voters' }))
    expect(role.evidences[0]).toMatchObject({ actor: { user: { name: 'app' } } })
    expect(role.observables).toEqual([expect.objectContaining({ type_id: 4, value: 'app' })])
  })

  test('findings of one incident carry its id, and the same input gives the same output', () => {
    const uids = new Set(
      [...ocsfLines(sampleReportInput, generator)].map((line) => JSON.parse(line).metadata.correlation_uid),
    )
    expect(uids.size).toBe(sampleReportInput.incidents.length)
    expect(renderOcsf(sampleReportInput, generator)).toBe(renderOcsf(sampleReportInput, generator))
  })
})
