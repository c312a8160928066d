/** The program's name with whose desk this is. */
import type { ReactNode } from 'react'
import { Icon } from '../parts/icon.tsx'
import { ShortText } from '../parts/strange-text.tsx'

/** Shows it. */
export function Brand({ officeName }: { readonly officeName: string }): ReactNode {
  return (
    <>
      <Icon name="bell" size={28} />
      <span className="brand__words">
        <span className="brand__name">Bellwether</span>
        <span className="brand__office">
          <ShortText text={officeName} charactersShown={80} />
        </span>
      </span>
    </>
  )
}
