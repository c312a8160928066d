/** Sends one file with its progress, which `fetch` does not tell. */
import type { UploadView } from '../../../src/desk/api/sources.ts'
import { awayProblem, problemOf } from '../../api/problem.ts'
import { csrfHeader, tellSignedOut } from '../../api/request.ts'

/** What came of it, in a sentence. */
export interface Sent {
  readonly ok: boolean
  readonly sentence: string
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Sends it; `onProgress` gets the bytes sent. Never rejects. */
export function sendFile(file: File, onProgress: (sent: number) => void): Promise<Sent> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/api/uploads')
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.setRequestHeader('x-file-name', encodeURIComponent(file.name.toWellFormed()))
    for (const [name, value] of Object.entries(csrfHeader())) request.setRequestHeader(name, value)
    request.upload.onprogress = (event) => onProgress(event.loaded)
    request.onerror = () => resolve({ ok: false, sentence: awayProblem(undefined).message })
    request.onload = () => {
      const body = parsed(request.responseText)
      if (request.status < 300) return resolve({ ok: true, sentence: (body as UploadView).sentence })
      const problem = problemOf(request.status, body)
      if (problem.code === 'signed-out') tellSignedOut()
      resolve({ ok: false, sentence: problem.message })
    }
    request.send(file)
  })
}
