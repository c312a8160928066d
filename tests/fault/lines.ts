/** Lines of a combined log, made one by one, for tests that need few and know each. */

/** An ordinary request, numbered. */
export const ordinary = (number: number): string => lineOf(`198.51.100.${number % 200}`, `/page/${number % 50}`, number)

/** A request with an injection, from an address of its own. */
export const injection = (client: string, number: number): string =>
  lineOf(client, `/status?dl=${number}%27%20UNION%20SELECT%20name,ssn%20FROM%20voters--%20`, number)

/** A request of a client to a target; `number` counts seconds. */
export function lineOf(client: string, target: string, number: number, day = '01/Jun/2026'): string {
  const pad = (value: number): string => String(value).padStart(2, '0')
  const time = `${pad(Math.floor(number / 3600) % 24)}:${pad(Math.floor(number / 60) % 60)}:${pad(number % 60)}`
  return `${client} - - [${day}:${time} +0000] "GET ${target} HTTP/1.1" 200 5120 "-" "Mozilla/5.0 (X11; Linux x86_64)"\n`
}

/** So many ordinary lines from a number on. */
export const ordinaries = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => ordinary(from + index)).join('')
