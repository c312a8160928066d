import { describe, expect, test } from 'vitest'
import { secretAskedFor } from './requests.ts'

describe('a mail that wants a way in', () => {
  test.each([
    ['Please send me the code of the gate and of the alarm.', 'code of the gate'],
    ['Could you mail me the address and a password? I will see to it overnight and you won’t notice.', 'password'],
    ['Yours lacks the date of birth of each person.', 'date of birth'],
    ['Who has the keys, and where? Names into the form please.', 'who has the keys'],
    ['Sign in here with\nyour user name.', 'user name'],
    ['Kindly use the new account from today on.', 'new account'],
  ])('%s', (text, words) => {
    expect(secretAskedFor(text.toLowerCase())).toBe(words)
  })
})

describe('a mail that wants none', () => {
  test.each([
    'Never send your password to anybody.',
    'We will never ask for your password.',
    'I forgot my password, please help.',
    'Please read the minutes of our meeting.',
    'The password policy was discussed.',
    '',
  ])('%s', (text) => {
    expect(secretAskedFor(text.toLowerCase())).toBeUndefined()
  })

  test('is read in time, whatever it is', () => {
    expect(secretAskedFor('please the the '.repeat(20_000))).toBeUndefined()
  })
})
