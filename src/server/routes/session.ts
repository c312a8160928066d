/** Routes of signing in and out. Every failure sounds the same, so that nobody learns which names exist. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { limits } from '../../core/limits.ts'
import type { Account } from '../../store/store.ts'
import {
  BeginAccountBodySchema,
  BegunAccountSchema,
  DemonstrationBodySchema,
  FinishPasskeyBodySchema,
  FinishPasswordBodySchema,
  LinkBodySchema,
  LinkSchema,
  type OwnAccountView,
  PasskeyBodySchema,
  PasskeyChallengeSchema,
  PasswordBodySchema,
  SessionSchema,
  SignedInSchema,
  type SignedInView,
} from '../api/session.ts'
import { type Context, visitorOf } from '../context.ts'
import { passkeysPossibleAt } from '../hosts.ts'
import type { App } from '../parts.ts'
import { refuse } from '../problem.ts'
import type { AccountProblem } from '../sign-in/accounts.ts'
import {
  clearSessionCookie,
  readDevice,
  readSessionCookie,
  setDeviceCookie,
  setSessionCookie,
} from '../sign-in/cookies.ts'
import type { Comer } from '../sign-in/pace.ts'
import { checkPassword } from '../sign-in/password-sign-in.ts'
import { demonstrationName } from '../sign-in/sessions.ts'

const statusOf: Readonly<Record<AccountProblem['code'], number>> = { gone: 410, refused: 409, busy: 503 }

/** Answers with why an account could not be made or changed. */
export const refuseAccount = (reply: FastifyReply, problem: AccountProblem): FastifyReply =>
  refuse(reply, statusOf[problem.code], problem.message, problem.code === 'busy' ? 2 : undefined)

/** An account as its own person sees it. */
export async function ownAccount(context: Context, account: Account | undefined): Promise<OwnAccountView> {
  if (account === undefined)
    return { id: '', name: demonstrationName, role: 'official', hasPassword: false, passkeys: [] }
  const passkeys = await context.store.passkeys(account.id)
  return {
    id: account.id,
    name: account.name,
    role: account.role,
    hasPassword: account.passwordHash !== undefined,
    passkeys: passkeys.map(({ id, name, createdAtMs }) => ({ id, name, createdAtMs })),
  }
}

const wrong = 'That did not fit. Check the name, the password and the code, and try again.'

/** Ends what session the browser had and gives it a new one. */
async function signIn(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  account: Account | undefined,
  how: string,
): Promise<SignedInView> {
  const { sessions, store, clock, sealKey } = context
  const before = await sessions.find(readSessionCookie(request, request.from))
  if (before !== undefined) await sessions.end(before)
  const { token, visitor } = await sessions.start(account, request.headers['user-agent'] ?? '')
  setSessionCookie(reply, request.from, token)
  if (account !== undefined) setDeviceCookie(reply, request.from, sealKey, account.id)
  await store.audit({
    atMs: clock(),
    who: visitor.name,
    action: 'sign-in',
    object: visitor.name,
    details: { how, address: request.ip },
  })
  return { account: await ownAccount(context, account), csrfToken: visitor.csrfToken, endsAtMs: visitor.endsAtMs }
}

function sessionRoute(app: App, context: Context): void {
  const { sessions, accounts, desk } = context
  app.get(
    '/api/session',
    { schema: { summary: 'Who is signed in', response: { 200: SessionSchema } } },
    async (request) => {
      const visitor = await sessions.find(readSessionCookie(request, request.from))
      const own = visitor && {
        account: await ownAccount(context, visitor.account),
        csrfToken: visitor.csrfToken,
        endsAtMs: visitor.endsAtMs,
      }
      return {
        ...own,
        isFirstStart: await accounts.isFirstStart(),
        isDemonstration: desk.isDemonstration,
        passkeysPossible: passkeysPossibleAt(request.from),
        officeName: desk.office.name,
        version: desk.version,
      }
    },
  )
}

function linkRoutes(app: App, context: Context): void {
  const { links, store, accounts, desk } = context
  const goneSentence = 'This link no longer works: it was used already, or its time is over. Ask for a new one.'
  const look = { summary: 'What a link is for', body: LinkBodySchema, response: { 200: LinkSchema } }
  app.post('/api/sign-in/link', { schema: look }, async (request, reply) => {
    const link = await links.find(request.body.token)
    if (link === undefined) return refuse(reply, 410, goneSentence)
    if (link.purpose === 'demonstration') {
      if (!desk.isDemonstration) return refuse(reply, 410, goneSentence)
      return reply.send({ purpose: link.purpose, role: link.role, expiresAtMs: link.expiresAtMs })
    }
    if (link.purpose === 'first-account' && !(await accounts.isFirstStart())) return refuse(reply, 410, goneSentence)
    const account = link.accountId === undefined ? undefined : await store.account(link.accountId)
    const { purpose, role, expiresAtMs } = link
    return reply.send({ purpose, role, expiresAtMs, ...(account === undefined ? {} : { accountName: account.name }) })
  })

  const demonstration = {
    summary: 'Enter the demonstration',
    body: DemonstrationBodySchema,
    response: { 200: SignedInSchema },
  }
  app.post('/api/sign-in/demonstration', { schema: demonstration }, async (request, reply) => {
    if (!desk.isDemonstration || !links.takeDemonstration(request.body.token)) return refuse(reply, 410, goneSentence)
    return reply.send(await signIn(context, request, reply, undefined, 'demonstration'))
  })
}

function accountBeginnings(app: App, context: Context): void {
  const { accounts } = context
  const begin = { summary: 'Begin an account', body: BeginAccountBodySchema, response: { 200: BegunAccountSchema } }
  app.post('/api/accounts/begin', { schema: begin }, async (request, reply) => {
    const begun = await accounts.begin(request.body.token, request.body.name, request.from)
    if (!begun.ok) return refuseAccount(reply, begun.error)
    const { enrolmentId, enrolment, passkeysPossible, options, uri } = begun.value
    return reply.send({
      enrolmentId,
      name: enrolment.name,
      role: enrolment.link.role,
      passkeysPossible,
      ...(options === undefined ? {} : { passkeyOptions: options }),
      totp: { uri, secret: enrolment.totpSecret },
      passwordCharactersMin: limits.passwordCharactersMin,
    })
  })

  const byPasskey = {
    summary: 'Finish with a passkey',
    body: FinishPasskeyBodySchema,
    response: { 200: SignedInSchema },
  }
  app.post('/api/accounts/finish-passkey', { schema: byPasskey }, async (request, reply) => {
    const { enrolmentId, passkeyName, response } = request.body
    const account = await accounts.finishWithPasskey(enrolmentId, passkeyName, response, request.from)
    if (!account.ok) return refuseAccount(reply, account.error)
    return reply.send(await signIn(context, request, reply, account.value, 'passkey'))
  })

  const byPassword = {
    summary: 'Finish with a password',
    body: FinishPasswordBodySchema,
    response: { 200: SignedInSchema },
  }
  app.post('/api/accounts/finish-password', { schema: byPassword }, async (request, reply) => {
    const { enrolmentId, password, code } = request.body
    const made = await accounts.finishWithPassword(enrolmentId, password, code)
    if (!made.ok) return refuseAccount(reply, made.error)
    const signedIn = await signIn(context, request, reply, made.value.account, 'password')
    return reply.send({ ...signedIn, recoveryCodes: [...made.value.recoveryCodes] })
  })
}

function signInRoutes(app: App, context: Context): void {
  const { store, sealKey, passkeys } = context
  const byPassword = { summary: 'Sign in with a password', body: PasswordBodySchema, response: { 200: SignedInSchema } }
  app.post('/api/sign-in/password', { schema: byPassword }, async (request, reply) => {
    const account = await store.accountNamed(request.body.name)
    const device = readDevice(request, request.from, sealKey, account?.id)
    const comer: Comer = device === undefined ? { by: 'address', address: request.ip } : { by: 'device', device }
    const verdict = await checkPassword(context, account, request.body, comer)
    if (verdict.answer === 'wait') {
      const seconds = Math.ceil(verdict.waitMs / 1000)
      return refuse(reply, 429, `Too many tries. Wait ${seconds} seconds and try again.`, seconds)
    }
    if (verdict.answer === 'busy') return refuse(reply, 503, 'Many people are signing in. Try again in a moment.', 2)
    if (verdict.answer === 'wrong') return refuse(reply, 401, wrong)
    return reply.send(await signIn(context, request, reply, verdict.account, verdict.how))
  })

  const begin = {
    summary: 'Ask for a challenge for a passkey',
    body: Type.Object({}),
    response: { 200: PasskeyChallengeSchema },
  }
  app.post('/api/sign-in/passkey/begin', { schema: begin }, async (request, reply) => {
    if (!passkeysPossibleAt(request.from)) {
      return refuse(
        reply,
        409,
        'Passkeys need a name in the address bar: open the desk as localhost or by its own name.',
      )
    }
    return reply.send(await passkeys.begin(request.from))
  })

  const finish = { summary: 'Sign in with a passkey', body: PasskeyBodySchema, response: { 200: SignedInSchema } }
  app.post('/api/sign-in/passkey/finish', { schema: finish }, async (request, reply) => {
    const id = await passkeys.finish(request.body.challengeId, request.body.response, request.from)
    const account = id === undefined ? undefined : await store.account(id)
    if (account === undefined || account.disabled) return refuse(reply, 401, 'That passkey does not open this desk.')
    return reply.send(await signIn(context, request, reply, account, 'passkey'))
  })
}

function signOutRoutes(app: App, context: Context): void {
  const { sessions, store, clock } = context
  const schema = { body: Type.Object({}) }
  app.post('/api/sign-out', { schema: { summary: 'Sign out', ...schema } }, async (request, reply) => {
    await sessions.end(visitorOf(request))
    clearSessionCookie(reply, request.from)
    return reply.code(204).send()
  })
  app.post(
    '/api/sign-out/everywhere',
    { schema: { summary: 'Sign out on all devices', ...schema } },
    async (request, reply) => {
      const { account, name } = visitorOf(request)
      if (account === undefined) sessions.endDemonstration()
      else await sessions.endAllOf(account.id)
      await store.audit({ atMs: clock(), who: name, action: 'sign-out.everywhere', object: name, details: {} })
      clearSessionCookie(reply, request.from)
      return reply.code(204).send()
    },
  )
}

/** Registers them all. */
export function sessionRoutes(app: App, context: Context): void {
  sessionRoute(app, context)
  linkRoutes(app, context)
  accountBeginnings(app, context)
  signInRoutes(app, context)
  signOutRoutes(app, context)
}
