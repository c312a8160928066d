/** Routes of settings and accounts, of one's own account, of the audit trail and of the demonstration's end. */
import { Type } from 'typebox'
import type { AccountId } from '../../core/ids.ts'
import { limits } from '../../core/limits.ts'
import {
  type AccountView,
  AuditListSchema,
  AuditQuerySchema,
  ChangeAccountBodySchema,
  InvitationSchema,
  InviteBodySchema,
  SettingsSchema,
} from '../../desk/api/settings.ts'
import type { Account } from '../../store/store.ts'
import { DemonstrationEndSchema, FinishPasskeyBodySchema, NewPasskeySchema, OwnAccountSchema } from '../api/session.ts'
import { type Context, personOf, visitorOf } from '../context.ts'
import type { App } from '../parts.ts'
import { answer, refuse } from '../problem.ts'
import { clearSessionCookie } from '../sign-in/cookies.ts'
import { linkPath } from '../sign-in/links.ts'
import { ownAccount, refuseAccount } from './session.ts'

const IdSchema = Type.Object({ id: Type.String({ pattern: '^account-[0-9a-f]{32}$' }) })
const PasskeyIdSchema = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,200}$' }) })
const noAccount = 'There is no such account.'

async function accountView(context: Context, account: Account): Promise<AccountView> {
  const { createdAtMs, disabled } = account
  return { ...(await ownAccount(context, account)), createdAtMs, disabled }
}

function settingsRoutes(app: App, context: Context): void {
  const { desk, store } = context
  app.get('/api/settings', { schema: { summary: 'Settings', response: { 200: SettingsSchema } } }, async () => {
    const accounts = await Promise.all((await store.accounts()).map((account) => accountView(context, account)))
    return { ...(await desk.settings()), accounts }
  })
  const audit = { summary: 'The audit trail', querystring: AuditQuerySchema, response: { 200: AuditListSchema } }
  app.get('/api/audit', { schema: audit }, (request) => desk.auditTrail({ limit: 100, ...request.query }))
}

function accountRoutes(app: App, context: Context): void {
  const { store, clock, links, accounts, publicOrigin } = context
  const invite = { summary: 'Invite somebody', body: InviteBodySchema, response: { 200: InvitationSchema } }
  app.post('/api/accounts/invitations', { schema: invite }, async (request, reply) => {
    const { role } = request.body
    const { name: who } = visitorOf(request)
    const { token, expiresAtMs } = await links.invitation(role, who)
    await store.audit({ atMs: clock(), who, action: 'account.invite', object: role, details: { role } })
    return reply.send({ link: (publicOrigin ?? request.from.origin) + linkPath(token), role, expiresAtMs })
  })
  const reset = {
    summary: 'Let somebody set up the account anew',
    params: IdSchema,
    body: Type.Object({}),
    response: { 200: InvitationSchema },
  }
  app.post('/api/accounts/:id/reset', { schema: reset }, async (request, reply) => {
    const account = await store.account(request.params.id as AccountId)
    if (account === undefined) return refuse(reply, 404, noAccount)
    if (account.disabled) return refuse(reply, 409, 'This account is switched off. Switch it on first.')
    const { name: who } = visitorOf(request)
    const { token, expiresAtMs } = await links.reset(account, who)
    await store.audit({ atMs: clock(), who, action: 'account.reset-link', object: account.name, details: {} })
    return reply.send({
      link: (publicOrigin ?? request.from.origin) + linkPath(token),
      role: account.role,
      expiresAtMs,
    })
  })
  const change = {
    summary: 'Change a role, or switch an account off or on',
    params: IdSchema,
    body: ChangeAccountBodySchema,
    response: { 200: OwnAccountSchema },
  }
  app.patch('/api/accounts/:id', { schema: change }, async (request, reply) => {
    const changed = await accounts.change(request.params.id as AccountId, request.body, visitorOf(request).name)
    if (changed === undefined) return refuse(reply, 404, noAccount)
    if (!changed.ok) return refuseAccount(reply, changed.error)
    return reply.send(await accountView(context, changed.value))
  })
}

function ownRoutes(app: App, context: Context): void {
  const { clock, accounts } = context
  const without = 'The demonstration has no account of its own.'
  const stale = 'For this you must have signed in just now. Sign out, sign in again and come back.'
  const begin = { summary: 'Begin one more passkey', body: Type.Object({}), response: { 200: NewPasskeySchema } }
  app.post('/api/account/passkeys/begin', { schema: begin }, async (request, reply) => {
    const { account, createdAtMs } = visitorOf(request)
    if (account === undefined) return refuse(reply, 409, without)
    if (clock() - createdAtMs > limits.freshSignInMsMax) return refuse(reply, 403, stale)
    const begun = await accounts.beginPasskey(account, request.from)
    return begun.ok ? reply.send(begun.value) : refuseAccount(reply, begun.error)
  })
  const finish = {
    summary: 'Finish one more passkey',
    body: FinishPasskeyBodySchema,
    response: { 200: OwnAccountSchema },
  }
  app.post('/api/account/passkeys/finish', { schema: finish }, async (request, reply) => {
    const { account } = visitorOf(request)
    if (account === undefined) return refuse(reply, 409, without)
    const { enrolmentId, passkeyName, response } = request.body
    const done = await accounts.finishPasskey(account, enrolmentId, passkeyName, response, request.from)
    return done.ok ? reply.send(await ownAccount(context, account)) : refuseAccount(reply, done.error)
  })
  const remove = { summary: 'Remove a passkey', params: PasskeyIdSchema, response: { 200: OwnAccountSchema } }
  app.delete('/api/account/passkeys/:id', { schema: remove }, async (request, reply) => {
    const { account } = visitorOf(request)
    if (account === undefined) return refuse(reply, 409, without)
    const done = await accounts.removePasskey(account, request.params.id)
    if (done === undefined) return refuse(reply, 404, 'There is no such passkey.')
    return done.ok ? reply.send(await ownAccount(context, account)) : refuseAccount(reply, done.error)
  })
}

function demonstrationRoute(app: App, { desk, sessions, links, accounts }: Context): void {
  const end = {
    summary: 'End the demonstration and start for real',
    body: Type.Object({}),
    response: { 200: DemonstrationEndSchema },
  }
  app.post('/api/demonstration/end', { schema: end }, async (request, reply) => {
    const ended = await desk.endDemonstration(personOf(request))
    if (!ended.ok) return answer(reply, ended)
    sessions.endDemonstration()
    if (visitorOf(request).account === undefined) clearSessionCookie(reply, request.from)
    const isFirst = await accounts.isFirstStart()
    return reply.send({ path: isFirst ? linkPath(await links.first()) : '/sign-in' })
  })
}

/** Registers them all. */
export function officeRoutes(app: App, context: Context): void {
  settingsRoutes(app, context)
  accountRoutes(app, context)
  ownRoutes(app, context)
  demonstrationRoute(app, context)
}
