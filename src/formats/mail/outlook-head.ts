/** Tells the compound files that messages of Outlook are from mail as servers have it. */
import { hasText } from '../documents/bytes.ts'

/** Whether bytes are a compound file, as Outlook's messages are, and documents too. */
export const isCompound = (bytes: Uint8Array): boolean => hasText(bytes, 0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')
