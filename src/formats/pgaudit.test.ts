import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAudit } from './pgaudit.ts'

const parameters = (message: string): string[] | undefined =>
  parseAudit(message)?.parameters?.map((value) => value.reveal())

/** Any characters of one byte, and some that take more. */
const anyText = fc
  .uint8Array({ maxLength: 24 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('\u00ff', '\u{1f5f3}'))

describe('a message of pgaudit', () => {
  test('gives class, command, object, statement and rows', () => {
    expect(
      parseAudit('AUDIT: OBJECT,2,1,READ,SELECT,TABLE,public.voters,"SELECT ""a"", 1\nFROM voters",<none>,50'),
    ).toEqual({
      type: 'OBJECT',
      statementClass: 'READ',
      command: 'SELECT',
      objectType: 'TABLE',
      objectName: 'public.voters',
      statement: 'SELECT "a", 1\nFROM voters',
      rows: 50,
    })
  })

  test('has no rows where they are not logged', () => {
    expect(parseAudit('AUDIT: SESSION,1,1,DDL,CREATE TABLE,,,CREATE TABLE x(),<not logged>')?.rows).toBeUndefined()
  })

  test('has no statement where it was not logged or was logged before', () => {
    expect(parseAudit('AUDIT: SESSION,1,1,READ,SELECT,,,<not logged>,<not logged>')?.statement).toBe('')
    expect(parseAudit('AUDIT: SESSION,1,2,READ,SELECT,,,<previously logged>,<previously logged>')?.statement).toBe('')
  })

  test('gives the parameters, which are CSV within CSV', () => {
    expect(parameters('AUDIT: SESSION,1,1,READ,SELECT,,,SELECT $1,11,1')).toEqual(['11'])
    expect(parameters('AUDIT: SESSION,1,1,READ,SELECT,,,SELECT $1,"""x,\'y"",,2",1')).toEqual(["x,'y", '', '2'])
    expect(parameters('AUDIT: SESSION,1,1,READ,SELECT,,,SELECT 1,<none>,1')).toBeUndefined()
    expect(parameters('AUDIT: SESSION,1,1,READ,SELECT,,,SELECT 1,<not logged>,1')).toBeUndefined()
  })

  test.each([
    'AUDIT: ',
    'AUDIT: SESSION,1,1,READ,SELECT,,,SELECT 1',
    'AUDIT: OTHER,1,1,READ,SELECT,,,SELECT 1,<none>',
    'AUDIT: SESSION,x,1,READ,SELECT,,,SELECT 1,<none>',
    'AUDIT: SESSION,1,1,READ,SELECT,,,SELECT 1,<none>,-5',
    'AUDIT: SESSION,1,1,READ,SELECT,,,"SELECT 1,<none>,1',
    'AUDIT: SESSION,1,1,READ,SELECT,,,SELECT 1,<none>,1,2',
  ])('is nothing where its form is not right: %s', (message) => {
    expect(parseAudit(message)).toBeNull()
  })

  test('gives back any statement that was quoted by its rules', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), (statement, rows) => {
        const message = `AUDIT: SESSION,1,1,READ,SELECT,,,"${statement.replaceAll('"', '""')}",<none>,${rows}`
        const known = new Set(['<none>', '<not logged>', '<previously logged>'])
        expect(parseAudit(message)).toMatchObject({ statement: known.has(statement) ? '' : statement, rows })
      }),
      { numRuns: 200, seed: 1 },
    )
  })

  test('is read or refused, never a failure, whatever it holds', () => {
    fc.assert(
      fc.property(anyText, (text) => void parseAudit(`AUDIT: ${text}`)),
      { numRuns: 200, seed: 1 },
    )
  })
})
