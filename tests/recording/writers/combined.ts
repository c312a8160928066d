/** Writes visits as nginx or Apache combined log lines, without a terminator. */
import type { Visit } from '../exchange.ts'
import { combinedTime, nginxEscape } from './text.ts'

const quoted = (text: string): string => (text === '' ? '-' : nginxEscape(text))

export function combinedLine(visit: Visit, utcOffsetMinutes: number): string {
  const { client, method, target, status, bodyBytes, referer, agent, timeMs } = visit
  const request = `${method} ${nginxEscape(target)} HTTP/1.1`
  return `${client} - - [${combinedTime(timeMs, utcOffsetMinutes)}] "${request}" ${status} ${bodyBytes} "${quoted(referer)}" "${quoted(agent)}"`
}
