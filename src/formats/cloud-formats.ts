/** All formats of clouds' audit logs, for the registry. */
import type { EventFormat } from './format.ts'

export const cloudFormats: readonly EventFormat[] = []
