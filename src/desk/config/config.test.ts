import { describe, expect, test } from 'vitest'
import { defaultConfiguration, readConfiguration } from './config.ts'
import { configurationTemplate } from './template.ts'

const read = (text: string) => readConfiguration(text, 'bellwether.toml')
const messages = (text: string): readonly string[] => {
  const configuration = read(text)
  return configuration.ok ? [] : configuration.error.map(({ message }) => message)
}

describe('the configuration', () => {
  test('that the desk writes at its first start means what an empty file means', () => {
    expect(read(configurationTemplate)).toEqual({ ok: true, value: defaultConfiguration })
    expect(read('')).toEqual({ ok: true, value: defaultConfiguration })
  })

  test('that the desk writes holds examples that are valid when they are taken up', () => {
    const lines = configurationTemplate.split('\n').map((line) => line.replace(/^# (?=[a-z_[]+.*(?:=|\]))/, ''))
    const text = lines
      .join('\n')
      .replaceAll('[[source]] and', '')
      .replace(/^Change a line.*$/m, '')
    const uncommented = text.split('\n').filter((line) => /^(?:\[|[a-z_]+ = |#|$)/.test(line))
    const seen = new Set<string>()
    // An example for another choice of the same key stands beside the first one.
    const once = uncommented.filter((line) => {
      if (line.startsWith('[')) seen.clear()
      const key = /^([a-z_]+) = /.exec(line)?.[1]
      if (key === undefined) return true
      if (seen.has(key)) return false
      seen.add(key)
      return true
    })
    expect(messages(once.join('\n'))).toEqual([])
    const configuration = read(once.join('\n'))
    expect(configuration.ok && configuration.value.sources.map(({ kind }) => kind)).toEqual([
      'follow',
      'syslog',
      'drop',
      'milter',
      'imap',
    ])
    expect(configuration.ok && configuration.value.mail).toMatchObject({
      office: {
        domains: ['maple.example'],
        people: [
          { name: 'Maria Garza', addresses: [] },
          { name: 'Jo Lee', addresses: [] },
        ],
        trustedServers: ['mx.maple.example'],
      },
      lists: ['/etc/bellwether/vendors.json'],
      reportFrom: 'elections@maple.example',
      keepDays: 90,
      asksNameServers: true,
    })
  })

  test('says the line and the mend of every mistake, all at once', () => {
    const text = [
      '[listen]',
      'port = "7316"',
      'adress = "127.0.0.1"',
      '[[source]]',
      'id = "Web Server"',
      'kind = "follow"',
      'paths = ["access.log"]',
      '[[source]]',
      'id = "b"',
      'kind = "tail"',
      '[archiv]',
    ].join('\n')
    expect(messages(text)).toEqual([
      expect.stringMatching(/line 11: .*archiv.* is not known/),
      expect.stringMatching(/line 2: port must be a whole number/),
      expect.stringMatching(/line 3: "adress" is not known/),
      expect.stringMatching(/line 5: .*lower-case letters/),
      expect.stringMatching(/line 7: "access.log" must be a whole path/),
      expect.stringMatching(/line 10: kind must be one of/),
      expect.stringMatching(/a source needs a kind/),
    ])
  })

  test('refuses to be reached over the network without encryption', () => {
    expect(messages('[listen]\naddress = "0.0.0.0"')[0]).toMatch(/without encryption/)
    const withTls = '[listen]\naddress = "0.0.0.0"\ncertificate = "/a.pem"\nkey = "/b.pem"'
    expect(messages(withTls)).toEqual([])
    expect(messages('[listen]\ncertificate = "/a.pem"')[0]).toMatch(/belong together/)
  })

  test('takes no two sources of one id', () => {
    const source = '[[source]]\nid = "a"\nkind = "push"\n'
    expect(messages(source + source)[0]).toMatch(/two sources/)
  })

  test('reads what is never blocked, with and without a reason', () => {
    const configuration = read('[block]\nnever = ["192.0.2.0/24", { network = "10.0.0.0/8", reason = "ours" }]')
    expect(configuration.ok && configuration.value.block.never).toEqual([
      { network: '192.0.2.0/24', reason: 'named in the configuration' },
      { network: '10.0.0.0/8', reason: 'ours' },
    ])
    expect(messages('[block]\nnever = ["nonsense"]')[0]).toMatch(/never is a list of addresses/)
  })

  test('that is no TOML is told with its line', () => {
    expect(messages('[listen]\nport = ')[0]).toMatch(/line 2: this is not TOML/)
  })
})
