/** Lines to paste where a log is sent from. Names and tokens in them are the desk's own: letters, digits and hyphens. */
import type { Static } from 'typebox'
import type { NewPushTokenSchema } from '../../../src/desk/api/sources.ts'

/** A token that was just made. */
export type NewPushTokenView = Static<typeof NewPushTokenSchema>

/** One thing to paste, and what it is for. */
export interface Snippet {
  readonly label: string
  readonly text: string
}

/** What to paste, for a desk at `origin`. */
export function snippetsOf({ token, sourceId }: NewPushTokenView, origin: string): Snippet[] {
  const url = new URL(`/api/push/${sourceId}`, origin)
  const isSecure = url.protocol === 'https:'
  const port = url.port === '' ? (isSecure ? '443' : '80') : url.port
  return [
    {
      label: 'To try it: send a file once with curl',
      text: `curl --fail --data-binary @access.log \\
  --header 'Authorization: Bearer ${token}' \\
  --header 'Content-Type: text/plain' \\
  '${url.href}'`,
    },
    {
      label: 'For good: rsyslog, in /etc/rsyslog.d/60-bellwether.conf',
      text: `module(load="imfile")
module(load="omhttp")
template(name="bellwether-line" type="string" string="%msg%")
input(type="imfile" file="/var/log/nginx/access.log" tag="web" ruleset="bellwether")
ruleset(name="bellwether") {
  action(
    type="omhttp" server="${url.hostname}" serverport="${port}" usehttps="${isSecure ? 'on' : 'off'}"
    restpath="${url.pathname.slice(1)}" template="bellwether-line"
    httpheaderkey="Authorization" httpheadervalue="Bearer ${token}"
    batch="on" batch.format="newline"
    queue.type="LinkedList" queue.filename="bellwether" queue.saveonshutdown="on" action.resumeretrycount="-1"
  )
}`,
    },
    {
      label: 'Where nginx writes no file: let it log to rsyslog, and send from there',
      text: 'access_log syslog:server=unix:/dev/log,tag=web,nohostname combined;',
    },
  ]
}
