/** Waits for the disk: what was written survives a power cut from then on. */
import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Waits until a file is on disk. */
export function flush(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Waits until a folder's names are on disk, where the system can (Windows cannot, and does so by itself). */
export function flushFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
