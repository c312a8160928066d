/** The key and certificate of a TLS listener: the office's own PEM files, or a pair that the desk makes at the first start
 *  and keeps. It says in one sentence what is wrong with a file. */
import { X509Certificate } from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { createSecureContext, type TlsOptions } from 'node:tls'
import { limits } from '../../core/limits.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { SyslogDefinition } from '../definition.ts'
import { errorCode, showPath } from '../problem.ts'
import type { ListenerProblem } from './listener.ts'
import { makeSelfSigned } from './self-signed.ts'

/** What a TLS server needs, and what people should know of it. */
export interface TlsIdentity {
  readonly options: TlsOptions
  readonly notes: readonly string[]
}

const keyFileName = 'syslog-tls.key'
const certificateFileName = 'syslog-tls.crt'
const dayMs = 86_400_000
/** Senders hold on to the certificate itself, so that a short life would only make them fall silent one day. */
const lifeMs = 20 * 365 * dayMs
const warnMs = 30 * dayMs

/** Reads or makes what the definition asks for. */
export async function loadTlsIdentity(
  definition: SyslogDefinition,
  keysFolder: string,
  nowMs: number,
): Promise<Result<TlsIdentity, ListenerProblem>> {
  const { certificatePath, keyPath, clientCaPath } = definition
  if ((certificatePath === undefined) !== (keyPath === undefined)) {
    return refuse('Name both the certificate and its key for TLS, or neither: the desk then makes its own.')
  }
  const isOwn = certificatePath === undefined || keyPath === undefined
  const paths = {
    certificate: certificatePath ?? join(keysFolder, certificateFileName),
    key: keyPath ?? join(keysFolder, keyFileName),
  }
  if (isOwn) {
    const made = await makeWhereMissing(keysFolder, paths, nowMs)
    if (!made.ok) return made
  }
  const certificate = await readPem(paths.certificate, 'certificate', 'CERTIFICATE')
  if (!certificate.ok) return certificate
  const key = await readPem(paths.key, 'key', 'PRIVATE KEY')
  if (!key.ok) return key
  const authority =
    clientCaPath === undefined ? undefined : await readPem(clientCaPath, 'list of authorities', 'CERTIFICATE')
  if (authority !== undefined && !authority.ok) return authority
  const options: TlsOptions = {
    cert: certificate.value,
    key: key.value,
    minVersion: 'TLSv1.2',
    handshakeTimeout: limits.syslogHandshakeMsMax,
    ...(authority === undefined ? {} : { ca: authority.value, requestCert: true, rejectUnauthorized: true }),
  }
  return check(options, certificate.value, paths, isOwn, nowMs)
}

function check(
  options: TlsOptions,
  certificate: string,
  paths: { readonly certificate: string; readonly key: string },
  isOwn: boolean,
  nowMs: number,
): Result<TlsIdentity, ListenerProblem> {
  try {
    createSecureContext(options)
    const parsed = new X509Certificate(certificate)
    const notes: string[] = []
    if (isOwn) {
      notes.push(
        `This port shows the certificate ${paths.certificate}, which the desk made itself. Copy that file to the senders as the authority that they trust; its SHA-256 fingerprint is ${parsed.fingerprint256}.`,
      )
    }
    const endMs = Date.parse(parsed.validTo)
    const day = new Date(endMs).toISOString().slice(0, 10)
    if (endMs < nowMs)
      notes.push(`The certificate ${showPath(paths.certificate)} ran out on ${day}; senders refuse it. Renew it.`)
    else if (endMs - nowMs < warnMs)
      notes.push(`The certificate ${showPath(paths.certificate)} runs out on ${day}. Renew it before then.`)
    return ok({ options, notes })
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') {
      return refuse(
        `The key ${showPath(paths.key)} does not belong to the certificate ${showPath(paths.certificate)}. Name the key with which that certificate was asked for.`,
      )
    }
    if (/PASSWORD|PASSPHRASE|READ_KEY|BAD_DECRYPT/i.test(`${code} ${error instanceof Error ? error.message : ''}`)) {
      return refuse(
        `The key ${showPath(paths.key)} is protected by a password. Store it without one, readable by this user alone.`,
      )
    }
    return refuse(
      `The certificate ${showPath(paths.certificate)} or its key ${showPath(paths.key)} cannot be used for TLS (${code}). Both must be whole PEM files.`,
    )
  }
}

async function makeWhereMissing(
  keysFolder: string,
  paths: { readonly certificate: string; readonly key: string },
  nowMs: number,
): Promise<Result<void, ListenerProblem>> {
  try {
    const isThere = await Promise.all(
      [paths.certificate, paths.key].map((path) =>
        readFile(path).then(
          () => true,
          () => false,
        ),
      ),
    )
    if (isThere.every(Boolean)) return ok(undefined)
    await mkdir(keysFolder, { recursive: true, mode: 0o700 })
    const names = ownNames()
    const made = makeSelfSigned({
      commonName: 'Bellwether desk',
      names,
      // Senders' clocks may be behind.
      notBeforeMs: nowMs - dayMs,
      notAfterMs: nowMs + lifeMs,
    })
    await writeWhole(paths.key, made.key, 0o600)
    await writeWhole(paths.certificate, made.certificate, 0o644)
    return ok(undefined)
  } catch (error) {
    return refuse(
      `A key for TLS could not be made in ${showPath(keysFolder)} (the system says ${errorCode(error)}). Check that this user may write there.`,
    )
  }
}

/** Under its own name first, so that a crash leaves no half file. */
async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  await writeFile(`${path}.new`, text, { mode })
  await chmod(`${path}.new`, mode)
  await rename(`${path}.new`, path)
}

/** The names and addresses of this machine. */
function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address))
  const host = hostname()
  const hosts = /^[a-z0-9.-]{1,253}$/i.test(host) ? [host, 'localhost'] : ['localhost']
  return [...new Set([...hosts, '127.0.0.1', '::1', ...addresses])].slice(0, limits.certificateNamesMax)
}

async function readPem(path: string, what: string, label: string): Promise<Result<string, ListenerProblem>> {
  let content: string
  try {
    content = await readFile(path, 'latin1')
  } catch (error) {
    return refuse(
      `The ${what} ${showPath(path)} cannot be read (the system says ${errorCode(error)}). Check its name and that this user may read it.`,
    )
  }
  if (content.includes('-----BEGIN ') && content.includes(`${label}-----`)) return ok(content)
  return refuse(`${showPath(path)} is no PEM file with a ${what}. It must hold a block that begins with -----BEGIN.`)
}

const refuse = (message: string): Result<never, ListenerProblem> => err({ code: 'bad-certificate', message })
