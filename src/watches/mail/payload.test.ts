/** What is tried on locked files that a mail carries. */
import { expect, test } from 'vitest'
import { examine } from '../../formats/documents/examine.ts'
import { mail } from './mail.fixture.ts'
import { examineMail } from './payload.ts'

function triedFor(text: string): readonly string[] {
  const tried: string[] = []
  examineMail(
    mail({ from: 'a@b.example', text, file: { name: 'a.zip', type: 'application/zip', text: 'x' } }),
    (file, options) => {
      tried.push(...(options?.passwords ?? []))
      return examine(file)
    },
  )
  return tried
}

test.each([
  'Password: Kestrel7',
  'The password is “Kestrel7”.',
  'For privacy I locked it, the code is Kestrel7.',
  'Use Kestrel7 to open the attachment.',
  'pw - Kestrel7',
  'Das Kennwort lautet Kestrel7!',
])('a word of the text is tried as it stands, without what is said around it: %s', (text) => {
  expect(triedFor(`Hello,\nhere is the file.\n${text}\nPat`)).toContain('Kestrel7')
})

test('words of lines that speak of nothing locked are not tried', () => {
  expect(triedFor('We meet on 12/09 in room 404.\nCall 555-0100.')).toEqual([])
})
