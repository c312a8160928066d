/** Levels and states as short labels: the word says it, the colour repeats it. */
import type { ReactNode } from 'react'
import { levelWords } from '../../src/core/vocabulary.ts'
import type { SourceView } from '../../src/desk/api/today.ts'
import { type Level, levelTones, type State, sourceStateWords, stateWords, type Tone } from '../words/terms.ts'

/** A label in a tone. */
export function Label({
  tone,
  form = 'soft',
  children,
}: {
  readonly tone: Tone
  readonly form?: 'soft' | 'outline' | 'full'
  readonly children: ReactNode
}): ReactNode {
  return <span className={`level tone-${tone}${form === 'soft' ? '' : ` level--${form}`}`}>{children}</span>
}

/** How grave. */
export const LevelLabel = ({ level }: { readonly level: Level }): ReactNode => (
  <Label tone={levelTones[level]} form={level === 'critical' ? 'full' : 'soft'}>
    {levelWords[level].name}
  </Label>
)

/** Where an incident stands. */
export const StateLabel = ({
  state,
  seenAgain = false,
}: {
  readonly state: State
  readonly seenAgain?: boolean
}): ReactNode => (
  <Label tone={stateWords[state].tone} form="outline">
    {seenAgain && state === 'new' ? 'Seen again' : stateWords[state].name}
  </Label>
)

/** How a source stands. */
export const SourceStateLabel = ({ state }: { readonly state: SourceView['state'] }): ReactNode => (
  <Label tone={sourceStateWords[state].tone} form="outline">
    {sourceStateWords[state].name}
  </Label>
)
