/** Text that strangers may have written (a log line, a path, a title made from one): shown as text, in its own direction,
 *  with what an eye cannot see made visible. Never as markup: only text nodes are made here. */
import { type ReactNode, useState } from 'react'

/** Control characters but tab and newline, bidirectional controls (Trojan Source, CVE-2021-42574), zero-width and other
 *  invisible characters, and lone surrogates. */
const unseen =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: single code points are meant, none is combined.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|(?<=\p{M}{4})\p{M}+/gu

/** Marks that are piled on a letter until they cover the lines above it are counted instead. */
const nameOf = (character: string): string => {
  if (/^\p{M}/u.test(character)) return `[${[...character].length} more marks]`
  const code = character.codePointAt(0) ?? 0
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** The text for places that take no elements: titles, labels, file names. */
export const visible = (text: string): string => text.replace(unseen, nameOf)

function pieces(text: string): ReactNode[] {
  const found: ReactNode[] = []
  let from = 0
  for (const match of text.matchAll(unseen)) {
    if (match.index > from) found.push(text.slice(from, match.index))
    found.push(
      <span className="unseen" key={match.index}>
        {nameOf(match[0])}
      </span>,
    )
    from = match.index + match[0].length
  }
  if (from < text.length) found.push(text.slice(from))
  return found
}

interface StrangeTextProps {
  readonly text: string
  /** Longer texts are cut, with a button that shows the rest. */
  readonly charactersShown?: number
}

/** Shows such a text. */
export function StrangeText({ text, charactersShown = 600 }: StrangeTextProps): ReactNode {
  const [isWhole, showWhole] = useState(false)
  const isCut = !isWhole && text.length > charactersShown
  return (
    <>
      <bdi className="strange">{pieces(isCut ? text.slice(0, charactersShown) : text)}</bdi>
      {isCut && (
        <>
          {'… '}
          <button type="button" className="usa-button usa-button--unstyled" onClick={() => showWhole(true)}>
            Show all {text.length.toLocaleString('en-US')} characters
          </button>
        </>
      )}
    </>
  )
}

/** The same where no button may stand, as inside a link: the rest is left out. */
export function ShortText({ text, charactersShown = 200 }: StrangeTextProps): ReactNode {
  const shown = text.length > charactersShown ? `${text.slice(0, charactersShown)}…` : text
  return <bdi className="strange">{pieces(shown)}</bdi>
}
