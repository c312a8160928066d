/** The form that the Sigma specification (2.1.0) asks of rules, correlations and filters, as JSON schemas of our own making.
 *  They are as strict as the published ones where those say something; where a published schema contradicts the text of
 *  the specification (lists of conditions, `value_median`), the text counts. */
import { correlationTypes } from './rule.ts'
import type { RuleSchemas } from './schema.ts'

const text = { type: 'string' }
const short = { type: 'string', maxLength: 256 }
const texts = { type: 'array', uniqueItems: true, items: text }
const longTexts = { type: 'array', uniqueItems: true, items: { type: 'string', minLength: 2 } }
const day = { type: 'string', pattern: '^\\d{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])$' }
const id = { type: 'string', format: 'uuid' }
const oneOf = (...words: readonly string[]): unknown => ({
  type: 'string',
  oneOf: words.map((word) => ({ const: word })),
})
const condition = { anyOf: [text, { type: 'array', minItems: 1, items: text }] }

/** What all documents have in common. */
const head = {
  title: short,
  id,
  name: short,
  taxonomy: short,
  status: oneOf('stable', 'test', 'experimental', 'deprecated', 'unsupported'),
  description: { type: 'string', maxLength: 65_535 },
  license: text,
  author: text,
  references: texts,
  date: day,
  modified: day,
  level: oneOf('informational', 'low', 'medium', 'high', 'critical'),
  tags: { type: 'array', uniqueItems: true, items: { type: 'string', pattern: '^[a-z0-9_-]+\\.[a-z0-9._-]+$' } },
  related: {
    type: 'array',
    items: {
      type: 'object',
      required: ['id', 'type'],
      properties: { id, type: oneOf('derived', 'obsolete', 'merged', 'renamed', 'similar') },
    },
  },
}
const logsource = {
  type: 'object',
  properties: { category: text, product: text, service: text, definition: text },
}
const selection = {
  anyOf: [
    { type: 'array', items: { type: ['string', 'integer', 'number', 'object'] } },
    { type: 'object' },
    { type: 'string' },
  ],
}

/** The schemas for `validateRules`. */
export const specificationSchemas: RuleSchemas = {
  detection: {
    type: 'object',
    required: ['title', 'logsource', 'detection'],
    properties: {
      ...head,
      logsource,
      detection: {
        type: 'object',
        required: ['condition'],
        properties: { condition, timeframe: text },
        additionalProperties: selection,
      },
      fields: texts,
      falsepositives: longTexts,
      scope: longTexts,
    },
  },
  correlation: {
    type: 'object',
    required: ['title', 'correlation'],
    properties: {
      ...head,
      correlation: {
        type: 'object',
        required: ['type', 'rules', 'timespan'],
        properties: {
          type: oneOf(...correlationTypes),
          rules: { anyOf: [text, { type: 'array', minItems: 1, uniqueItems: true, items: text }] },
          aliases: { type: 'object', additionalProperties: { type: 'object' } },
          'group-by': texts,
          timespan: { type: 'string', maxLength: 10 },
          condition: { type: 'object' },
          generate: { type: 'boolean' },
        },
      },
      falsepositives: { anyOf: [{ type: 'string', minLength: 2 }, longTexts] },
      generate: { type: 'boolean' },
    },
  },
  filter: {
    type: 'object',
    required: ['title', 'logsource', 'filter'],
    properties: {
      ...head,
      logsource,
      filter: {
        type: 'object',
        required: ['condition'],
        properties: { rules: { anyOf: [text, { type: 'array', uniqueItems: true, items: text }] }, condition },
      },
    },
  },
}
