/** Words as searches compare them. */
import { limits } from '../../core/limits.ts'

/** Letters as they are compared: without regard to case, and composed alike. */
export const folded = (text: string): string => text.normalize('NFC').toLowerCase()

/** Words of a search, at most `limits.searchWordsMax` of them. */
export function searchedWords(text: string): string[] {
  const words = folded(text.slice(0, limits.searchCharactersMax)).split(/\s+/)
  return [...new Set(words)].filter((word) => word !== '').slice(0, limits.searchWordsMax)
}
