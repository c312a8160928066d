/** All formats of voting devices' logs, for the registry. */
import type { EventFormat } from './format.ts'

export const votingFormats: readonly EventFormat[] = []
