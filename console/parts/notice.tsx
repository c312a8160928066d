/** A notice in a tone: what happened and, where there is one, the way on. */
import type { ReactNode } from 'react'
import type { Tone } from '../words/terms.ts'
import { Icon, type IconName } from './icon.tsx'

const icons: Readonly<Record<Tone, IconName>> = {
  red: 'error',
  orange: 'warning',
  gold: 'warning',
  blue: 'info',
  green: 'check',
  gray: 'info',
}

interface NoticeProps {
  readonly tone: Tone
  readonly children: ReactNode
  /** Read out at once: for what a person just did, or must know now. */
  readonly isSpoken?: boolean
}

/** Shows a notice. */
export function Notice({ tone, children, isSpoken = false }: NoticeProps): ReactNode {
  return (
    <div className={`notice tone-${tone}`} {...(isSpoken ? { role: tone === 'red' ? 'alert' : 'status' } : {})}>
      <Icon name={icons[tone]} />
      <div>{children}</div>
    </div>
  )
}
