/** `npm run recording`: writes the bundled recording into data/recording. Takes no argument and overwrites. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { recordingFiles, recordingFolder } from './bundled.ts'

/** gzip whose bytes depend on the text alone: no time, no name, and no operating system (RFC 1952, section 2.3.1). */
function gzip(text: string): Uint8Array {
  const bytes = gzipSync(text, { level: 9 })
  bytes.fill(0, 4, 8)
  bytes[9] = 255
  return bytes
}

mkdirSync(recordingFolder, { recursive: true })
for (const [name, text] of Object.entries(recordingFiles())) {
  const bytes = name.endsWith('.gz') ? gzip(text) : new TextEncoder().encode(text)
  writeFileSync(new URL(name, recordingFolder), bytes)
  console.log(`${name}: ${text.split('\n').length - 1} lines, ${text.length} characters, ${bytes.length} bytes`)
}
