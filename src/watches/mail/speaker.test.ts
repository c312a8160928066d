import { describe, expect, test } from 'vitest'
import { headsSubject, isDoor, isMark, speaksAsSelf } from './speaker.ts'

/** The pieces beside the name, which stands between the bars. */
const beside = (text: string): { before: string; after: string } => {
  const [before = '', , after = ''] = text.toLowerCase().split('*')
  return { before, after }
}

describe('in a text, a name is the writer’s own', () => {
  test.each([
    'Hello,\nI am writing to you from *VR Systems*.',
    'This is the documentation team of *VR Systems*.',
    'My name is Pat and I look after your county at *VR Systems*.',
    '*VR Systems* has assigned me to your county.',
    '*VR Systems* requires all counties to sign.',
    'Thank you for choosing *VR Systems*.',
    'Our company is *VR Systems*.',
    '*VR Systems* here, good morning.',
    'As the new manager of *VR Systems* I say hello.',
    '*VR Systems* is updating its client accounts.',
    'In my position with *VR Systems* I look after the north.',
    'Sorry to press you - Pat from *VR Systems*.',
    '*VR Systems*, Inc. is writing to every county.',
    'Please note that your *VR Systems* invoice is open.',
    'Questions? Call *VR Systems* support.',
    'This notice was prepared for you by *VR Systems*.',
    'Hi Dana, it’s Pat from *VR Systems*, writing from home.',
    'Greetings from *VR Systems*.',
    'Hello Neil, I process the paperwork for *VR Systems* and yours lacks a date.',
    '*VR Systems* asked my firm to collect facts.',
    'On the instruction of *VR Systems* we write to you.',
    'This goes out to everybody who uses *VR Systems*.',
    'Rosa here, *VR Systems*. Bad news first.',
    'The *VR Systems* portal has moved.',
    'Starting this month I am the one who looks after your county for *VR Systems*.',
    'During our year-end close at *VR Systems* we noticed that you paid twice.',
    'Our records at *VR Systems* show a wrong number.',
    '*VR Systems* has sold its receivables to us.',
  ])('%s', (text) => {
    expect(speaksAsSelf(beside(text))).toBe(true)
  })
})

describe('in a text, a name is a topic', () => {
  test.each([
    '*VR Systems* presented EViD to the commission on Tuesday.',
    'Several counties got a mail that claims to come from *VR Systems*.',
    'We received this mail from *VR Systems* and do not know it.',
    'I am a reporter. When does the contract with *VR Systems* end?',
    'For four years I worked at *VR Systems*.',
    'The board certified the pollbook made by *VR Systems*.',
    'It says that *VR Systems* has bought a rival.',
    'Why do you keep your *VR Systems* machines in a shed?',
    'Dear *VR Systems* support team,',
    '*VR Systems* is moving its office to the coast.',
    'I would like a copy of the contract with *VR Systems*.',
    'I want to look at the log of *VR Systems*.',
    'Our county got a mail today that said it was *VR Systems* support.',
    '*VR Systems*, Inc. opens an office in the capital.',
    'For four years I worked at *VR Systems*, Inc. on its pollbooks.',
    'As I said I retire from *VR Systems* in May.',
    'I was a field technician at *VR Systems*.',
    'This came in today and it is not from *VR Systems*.',
    'Hi Dana, I am writing about the purchase of tablets from *VR Systems*.',
    'Our board is looking at the tablets of *VR Systems*.',
    'As an authorized reseller of *VR Systems* we have cases in stock.',
    'Our account with *VR Systems* is paid.',
    'I opened the box from *VR Systems* and the seals are blue.',
    'The *VR Systems* training page doesn’t take my password.',
  ])('%s', (text) => {
    expect(speaksAsSelf(beside(text))).toBe(false)
  })
})

describe('in a subject, a name is the sender’s', () => {
  test.each([
    '*VR Systems*, Inc.: our new bank',
    '[*VR Systems*] Contract amendment 7',
    '*VR Systems*: new user guides',
    'Re: [*VR Systems*] new user guides',
    'Invoice 4711 from *VR Systems*',
    'New user guides | *VR Systems*',
    'Your *VR Systems* account',
    '*VR Systems* Support - case 4711',
    '*VR Systems* has shared "Guides" with you',
    'Message from *VR Systems*: new guides',
    '*VR Systems* technician arriving on Saturday',
    'Receipt from *VR Systems* no. 4711',
    '*VR Systems* will hold your press slot until noon',
  ])('%s', (text) => {
    expect(headsSubject(beside(text))).toBe(true)
  })
})

describe('in a subject, a name is a topic', () => {
  test.each([
    '*VR Systems* wins contract in three states',
    'What *VR Systems* said at the hearing',
    'Warning: mail that poses as *VR Systems*',
    'Do not open: fake *VR Systems* mails',
    'Question about your contract with *VR Systems*',
    'Regional meeting, with *VR Systems* and others',
    '*VR Systems* opens an office, and other news',
    'An alternative to *VR Systems*',
    'Media inquiry: *VR Systems*',
    'Copies of contracts: *VR Systems*',
    'Open records: *VR Systems*',
    'The board weighs a switch to *VR Systems*',
  ])('%s', (text) => {
    expect(headsSubject(beside(text))).toBe(false)
  })
})

test('the text of a picture is a mark where it is the name, or begins with it', () => {
  for (const text of ['*VR Systems*', 'Logo of *VR Systems*', '*VR Systems* - trusted by counties'])
    expect(isMark(beside(text))).toBe(true)
  expect(isMark(beside('Two clerks at the booth of *VR Systems*'))).toBe(false)
})

test('a link is called as something of theirs where nothing but that stands beside the name', () => {
  for (const rest of [' portal', 'sign the  renewal', ' invoice 28851.pdf', ' support: readiness tool', ''])
    expect(isDoor(rest)).toBe(true)
  for (const rest of [' wins contract in three states', 'lawsuit against ', 'why  machines jam'])
    expect(isDoor(rest)).toBe(false)
})
