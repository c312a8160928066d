import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { findingKinds, levels, outcomes } from '../core/finding.ts'
import { jsonDocumentParts, renderJsonDocument, scanDocument, scanDocumentVersion } from './json-document.ts'
import { safeJson } from './printable.ts'
import type { ReportInput } from './report.ts'
import { sampleFinding, sampleIncident, sampleReportInput } from './report-sample.ts'

type Schema = { [key: string]: unknown }

const file = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const schema = JSON.parse(file('scan-document.schema.json')) as Schema & { $defs: Record<string, Schema> }
const ajv = new Ajv2020({
  allErrors: true,
  strict: true,
  formats: { 'date-time': (text: string) => !Number.isNaN(Date.parse(text)), date: /^\d{4}-\d\d-\d\d$/ },
})
const validate = ajv.compile(schema)
const generator = { name: 'Bellwether', version: '0.1.0' }
const document = (input: ReportInput) => JSON.parse(renderJsonDocument(input, generator)) as Schema
const empty: ReportInput = {
  officeName: '',
  incidents: [],
  sources: [],
  problems: [],
  firstTimeMs: undefined,
  lastTimeMs: undefined,
  evidenceLines: new Map(),
  generatedAtMs: 0,
}

/** Every object of a document, with the path to it. */
function* objectsIn(value: unknown, path = ''): Generator<[string, Schema]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [path, value as Schema]
  for (const [key, child] of Object.entries(value)) yield* objectsIn(child, `${path}/${key}`)
}

describe('the scan document', () => {
  test('fits its published schema, hostile text and all', () => {
    expect(validate(document(sampleReportInput)), JSON.stringify(validate.errors)).toBe(true)
  })

  test('fits its schema when nothing was read and nothing is known', () => {
    expect(validate(document(empty)), JSON.stringify(validate.errors)).toBe(true)
    expect(document(empty)).toMatchObject({ period: null, office: { name: null }, incidents: [] })
  })

  test('refuses, by its schema, an unknown property in any object', () => {
    const sample = document(sampleReportInput)
    let objects = 0
    for (const [path, object] of objectsIn(sample)) {
      object.surprise = 1
      expect(validate(sample), path).toBe(false)
      delete object.surprise
      objects++
    }
    expect(objects).toBeGreaterThan(50)
    expect(validate(sample)).toBe(true)
  })

  test('has every property in every object: what is not known is null', () => {
    const sample = document(sampleReportInput)
    for (const [path, object] of objectsIn(sample)) {
      for (const key of Object.keys(object)) {
        const value = object[key]
        delete object[key]
        expect(validate(sample), `${path}/${key}`).toBe(false)
        object[key] = value
      }
    }
  })

  test('is written part by part as it would be in one piece', () => {
    const pieces = [...jsonDocumentParts(sampleReportInput, generator)]
    expect(pieces.length).toBeGreaterThan(20)
    expect(pieces.join('')).toBe(`${safeJson(scanDocument(sampleReportInput, generator), 2)}\n`)
    expect(renderJsonDocument(empty, generator)).toBe(`${safeJson(scanDocument(empty, generator), 2)}\n`)
  })

  test('says the same version in code, schema and id', () => {
    expect(document(sampleReportInput).version).toBe(scanDocumentVersion)
    expect(schema.$id).toBe(`urn:bellwether:scan-document:${scanDocumentVersion}`)
    expect((schema.properties as Record<string, Schema>).version?.const).toBe(scanDocumentVersion)
  })

  test('lists in its schema exactly the levels, kinds and outcomes that there are', () => {
    expect(schema.$defs.level?.enum).toEqual(levels)
    expect(schema.$defs.kind?.enum).toEqual(findingKinds)
    expect(schema.$defs.outcome?.enum).toEqual(outcomes)
  })

  test('describes every property', () => {
    for (const [path, object] of objectsIn(schema)) {
      if (typeof object.properties !== 'object') continue
      for (const [name, property] of Object.entries(object.properties as Record<string, Schema>)) {
        const described =
          property.description ?? schema.$defs[String(property.$ref).split('/').at(-1) as string]?.description
        expect(String(described ?? '').length, `${path}/${name}`).toBeGreaterThan(10)
      }
    }
  })

  test('writes times in UTC and an open upper bound as null', () => {
    const incident = sampleIncident([sampleFinding('enumeration')], {
      exposure: { recordsMin: 3, recordsMax: Number.POSITIVE_INFINITY, recordsLikely: 5, basis: ['Counted.'] },
    })
    const found = scanDocument({ ...empty, incidents: [incident] }, generator).incidents[0]
    expect(found?.firstSeen).toBe('2026-06-23T02:52:48.000Z')
    expect(found?.exposure).toEqual({ recordsMin: 3, recordsMax: null, recordsLikely: 5, basis: ['Counted.'] })
    expect(validate(document({ ...empty, incidents: [incident] })), JSON.stringify(validate.errors)).toBe(true)
  })

  test('holds no line of a log, and nothing that a terminal would obey', () => {
    const text = renderJsonDocument(sampleReportInput, generator)
    expect(text).not.toContain('UNION%20SELECT')
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/)
  })

  test('is explained: every property of the document stands in docs/scan-document.md', () => {
    const explained = file('scan-document.md')
    for (const name of Object.keys(schema.properties as Schema)) expect(explained, name).toContain(`\`${name}\``)
  })
})
