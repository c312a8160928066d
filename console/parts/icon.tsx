/** The design system's icons, drawn as elements so that they take the colour of the text. They only repeat what the words
 *  beside them say, so screen readers skip them. */

import person from '@uswds-files/img/usa-icons/account_circle.svg?raw'
import check from '@uswds-files/img/usa-icons/check_circle.svg?raw'
import close from '@uswds-files/img/usa-icons/close.svg?raw'
import block from '@uswds-files/img/usa-icons/do_not_disturb.svg?raw'
import error from '@uswds-files/img/usa-icons/error.svg?raw'
import expand from '@uswds-files/img/usa-icons/expand_more.svg?raw'
import upload from '@uswds-files/img/usa-icons/file_upload.svg?raw'
import info from '@uswds-files/img/usa-icons/info.svg?raw'
import menu from '@uswds-files/img/usa-icons/menu.svg?raw'
import next from '@uswds-files/img/usa-icons/navigate_next.svg?raw'
import bell from '@uswds-files/img/usa-icons/notifications.svg?raw'
import print from '@uswds-files/img/usa-icons/print.svg?raw'
import blind from '@uswds-files/img/usa-icons/visibility_off.svg?raw'
import warning from '@uswds-files/img/usa-icons/warning.svg?raw'
import type { ReactNode } from 'react'

const files = {
  bell,
  blind,
  block,
  check,
  close,
  error,
  expand,
  info,
  menu,
  next,
  person,
  print,
  upload,
  warning,
} as const
export type IconName = keyof typeof files

const pathsOf = (svg: string): string[] => [...svg.matchAll(/<path[^>]*\sd="([^"]+)"/g)].map((match) => match[1] ?? '')
const drawings = new Map(
  (Object.keys(files) as IconName[]).map((name) => [
    name,
    // Frames that only hold the place draw nothing.
    pathsOf(files[name]).filter((path) => !/^M0 0h24v24H0/i.test(path)),
  ]),
)

/** An icon of `size` pixels. */
export function Icon({ name, size = 24 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="currentColor" aria-hidden="true" focusable="false">
      {drawings.get(name)?.map((path) => (
        <path d={path} key={path} />
      ))}
    </svg>
  )
}
