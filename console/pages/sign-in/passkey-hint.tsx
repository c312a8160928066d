/** Why passkeys are not offered, and how they would be: they need a name in the address bar. */
import type { ReactNode } from 'react'

/** Shows the hint where a name would help. */
export function PasskeyHint(): ReactNode {
  if (!/^(?:127\.0\.0\.1|\[::1\])$/.test(location.hostname)) return null
  const named = `${location.protocol}//localhost${location.port === '' ? '' : `:${location.port}`}${location.pathname}${location.hash}`
  return (
    <p className="small muted">
      To use a passkey (a fingerprint, a face, a security key), <a href={named}>open the desk as localhost</a>.
    </p>
  )
}
