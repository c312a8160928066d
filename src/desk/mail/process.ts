/** The mail thread: judges mails one after another, so that one which takes long keeps nobody else waiting. */
import { Resolver } from 'node:dns/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { limits } from '../../core/limits.ts'
import { MailJudge, type ResolveNames } from './mail-judge.ts'
import { instructAgainst, reportMail, showMail } from './mail-show.ts'
import type { FromMailThread, MailQuestion, MailQuestions, MailThreadStart, ToMailThread } from './protocol.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
const say = (message: FromMailThread): void => port.postMessage(message)

const start = workerData as MailThreadStart
const resolver = new Resolver({ timeout: limits.nameLookupMsMax, tries: 1 })
const resolve = ((name: string, type: string) => resolver.resolve(name, type)) as ResolveNames
const { asksNameServers, ...parts } = start
const judge = new MailJudge({
  ...parts,
  ...(asksNameServers ? { resolve } : {}),
  onTrouble: (message) => say({ type: 'trouble', message }),
})

type Answers = {
  readonly [Kind in keyof MailQuestions]: (
    given: MailQuestions[Kind]['given'],
  ) => MailQuestions[Kind]['answer'] | Promise<MailQuestions[Kind]['answer']>
}

const answers: Answers = {
  judge: (mail) => judge.judge(mail),
  show: ({ document, bytes }) => showMail(document, bytes),
  report: (given) => reportMail(given, judge.registry),
  instruct: ({ bytes, judged }) => instructAgainst(bytes, judged, judge.registry),
}

/** An error ends the thread: the desk says so of what it asked, and starts it again. */
async function answer({ kind, number, given }: MailQuestion): Promise<void> {
  const reply = answers[kind] as (asked: typeof given) => unknown
  say({ type: 'answer', number, answer: await reply(given) })
}

port.on('message', (message: ToMailThread) => {
  switch (message.type) {
    case 'ask':
      void answer(message)
      return
    case 'identities':
      judge.use(message.identities)
      return
    case 'stop':
      void judge.close().then(() => {
        say({ type: 'stopped' })
        port.close()
      })
  }
})
