/** Signing in: a passkey, or name, password and the code of the phone. */
import type { ReactNode } from 'react'
/** The page. */
export function SignInPage(): ReactNode {
  return null
}
