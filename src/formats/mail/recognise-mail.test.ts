import { describe, expect, test } from 'vitest'
import { isMailSample } from './recognise-mail.ts'

const sample = (text: string): boolean => isMailSample(Buffer.from(text))

describe('a mail among other files', () => {
  test('is known by its header fields, with either end of line, and folded', () => {
    const fields = [
      'Received: from a.example',
      '\tby b.example',
      'From: Pat <pat@example.org>',
      'Subject: Hello',
      'Date: x',
    ]
    expect(sample(`${fields.join('\n')}\n\nHello`)).toBe(true)
    expect(sample(`${fields.join('\r\n')}\r\n\r\nHello`)).toBe(true)
  })

  test('a mailbox is one, whatever follows its first line', () => {
    expect(sample('From pat@example.org Tue Nov  3 09:14:55 2026\nSubject: x\n\n')).toBe(true)
  })

  test('logs, settings and HTTP are none', () => {
    expect(sample('203.0.113.9 - - [03/Nov/2026:09:14:55 +0000] "GET / HTTP/1.1" 200 1 "-" "-"\n')).toBe(false)
    expect(sample('Host: example.org\nUser-Agent: x\nAccept: */*\n\n')).toBe(false)
    expect(sample('name: value\nother: value\ndate: today\n')).toBe(false)
    expect(sample('')).toBe(false)
  })
})
