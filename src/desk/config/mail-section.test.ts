import { describe, expect, test } from 'vitest'
import { readConfiguration } from './config.ts'

const read = (text: string) => readConfiguration(text, 'bellwether.toml')
const problemsOf = (text: string): string[] => {
  const configuration = read(text)
  return configuration.ok ? [] : configuration.error.map(({ message }) => message)
}

describe('mail in the configuration', () => {
  test('names every kind of source of mail', () => {
    const configuration = read(`
[[source]]
id = "a"
kind = "milter"
socket = "/run/bellwether/milter"
mode = "hold"
[[source]]
id = "b"
kind = "imap"
host = "127.0.0.1"
security = "none"
user = "u"
password_file = "secret"
folders = ["INBOX", "Junk"]
[[source]]
id = "c"
kind = "microsoft-365"
tenant = "t"
client_id = "i"
secret_file = "s"
mailboxes = ["a@b.example"]
[[source]]
id = "d"
kind = "google-workspace"
key_file = "k"
mailboxes = ["a@b.example"]
days = 0
`)
    expect(configuration.ok && configuration.value.sources).toEqual([
      {
        id: 'a',
        title: 'a',
        kind: 'milter',
        address: '127.0.0.1',
        port: 7357,
        mode: 'hold',
        socketPath: '/run/bellwether/milter',
      },
      {
        id: 'b',
        title: 'b',
        kind: 'imap',
        host: '127.0.0.1',
        port: 143,
        security: 'none',
        user: 'u',
        passwordPath: 'secret',
        isToken: false,
        folders: ['INBOX', 'Junk'],
        days: 30,
      },
      {
        id: 'c',
        title: 'c',
        kind: 'microsoft-365',
        tenant: 't',
        clientId: 'i',
        secretPath: 's',
        mailboxes: ['a@b.example'],
        days: 30,
      },
      { id: 'd', title: 'd', kind: 'google-workspace', keyPath: 'k', mailboxes: ['a@b.example'], days: 0 },
    ])
  })

  test.each([
    ['[mail]\ndomains = ["maple"]', 'is not a domain'],
    ['[mail]\npeople = [3]', 'people is a list of names'],
    ['[mail]\nreport_from = "Maria"', 'report_from is an address'],
    ['[mail]\nkeep = 3', 'not known in [mail]'],
    ['[[source]]\nid = "a"\nkind = "imap"\nhost = "imap.example"\nuser = "u"', 'password_file'],
    [
      '[[source]]\nid = "a"\nkind = "imap"\nhost = "imap.example"\nuser = "u"\npassword_file = "p"\nsecurity = "none"',
      'could be read on the way',
    ],
    ['[[source]]\nid = "a"\nkind = "microsoft-365"\ntenant = "t"\nclient_id = "i"\nsecret_file = "s"', 'mailboxes'],
    ['[[source]]\nid = "a"\nkind = "mail-upload"', 'kind must be one of'],
  ])('says what is wrong with %j', (text, sentence) => {
    const problems = problemsOf(text)
    expect(problems.join(' ')).toContain(sentence)
    expect(problems.every((problem) => /^bellwether\.toml, line \d+: /.test(problem))).toBe(true)
  })
})
