/** The mail process: judges mails one after another, apart from the desk, because it looks into files that attackers made. What
 *  goes wrong here, down to the system's own libraries, takes nothing else with it. */
import { Resolver } from 'node:dns/promises'
import { limits } from '../../core/limits.ts'
import { MailJudge, type ResolveNames } from './mail-judge.ts'
import { instructAgainst, reportMail, showMail } from './mail-show.ts'
import type { FromMailProcess, MailProcessStart, MailQuestion, MailQuestions, ToMailProcess } from './protocol.ts'

const say = (message: FromMailProcess, done?: () => void): void => {
  process.send?.(message, undefined, undefined, done)
}

process.umask(0o077)
let judge: MailJudge | undefined

function begin({ asksNameServers, ...parts }: MailProcessStart): MailJudge {
  const resolver = new Resolver({ timeout: limits.nameLookupMsMax, tries: 1 })
  const resolve = ((name: string, type: string) => resolver.resolve(name, type)) as ResolveNames
  return new MailJudge({
    ...parts,
    ...(asksNameServers ? { resolve } : {}),
    onTrouble: (message) => say({ type: 'trouble', message }),
  })
}

type Answers = {
  readonly [Kind in keyof MailQuestions]: (
    given: MailQuestions[Kind]['given'],
  ) => MailQuestions[Kind]['answer'] | Promise<MailQuestions[Kind]['answer']>
}

const answersOf = (own: MailJudge): Answers => ({
  judge: (mail) => own.judge(mail),
  show: ({ document, bytes }) => showMail(document, bytes),
  report: (given) => reportMail(given, own.registry),
  instruct: ({ bytes, judged }) => instructAgainst(bytes, judged, own.registry),
})

/** An error ends the judging: the desk says so of what it asked, and starts it again. */
async function answer({ kind, number, given }: MailQuestion): Promise<void> {
  if (judge === undefined) throw new Error('a question came before the start')
  const reply = answersOf(judge)[kind] as (asked: typeof given) => unknown
  say({ type: 'answer', number, answer: await reply(given) })
}

/** Writes down what is remembered, and ends. */
async function leave(): Promise<void> {
  await judge?.close()
  process.exit()
}

process.on('message', (message: ToMailProcess) => {
  switch (message.type) {
    case 'start':
      judge = begin(message.start)
      return
    case 'ask':
      void answer(message)
      return
    case 'identities':
      judge?.use(message.identities)
      return
    case 'stop':
      void leave()
  }
})
// The desk is gone.
process.on('disconnect', () => void leave())
