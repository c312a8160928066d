/** The mail thread: judges mails one after another, so that one which takes long keeps nobody else waiting. */
import { Resolver } from 'node:dns/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { limits } from '../../core/limits.ts'
import { MailJudge, type ResolveNames } from './mail-judge.ts'
import type { FromMailThread, MailThreadStart, ToMailThread } from './protocol.ts'

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

port.on('message', (message: ToMailThread) => {
  switch (message.type) {
    case 'judge': {
      const { number } = message.mail
      // An error ends the thread: the desk says so of the mail, and starts it again.
      void judge.judge(message.mail).then((document) => say({ type: 'judged', number, document }))
      return
    }
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
