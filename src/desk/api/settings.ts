/** Settings and the audit trail: who may do what, what the configuration file says, what was decided. */
import { type Static, Type } from 'typebox'

export const RoleSchema = Type.Enum(['official', 'analyst', 'tester', 'viewer'] as const)

export const AccountSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: RoleSchema,
  createdAtMs: Type.Number(),
  disabled: Type.Boolean(),
  hasPassword: Type.Boolean(),
  passkeys: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), createdAtMs: Type.Number() })),
})
/** A person's account. */
export type AccountView = Static<typeof AccountSchema>

export const InviteBodySchema = Type.Object({ role: RoleSchema })
/** A link that works once, to hand to a person. */
export const InvitationSchema = Type.Object({ link: Type.String(), role: RoleSchema, expiresAtMs: Type.Number() })
export type InvitationView = Static<typeof InvitationSchema>
export const ChangeAccountBodySchema = Type.Object({
  role: Type.Optional(RoleSchema),
  disabled: Type.Optional(Type.Boolean()),
})

/** What the configuration file says, in words, and where it is. Secrets are left out. */
export const ConfigurationSchema = Type.Object({
  path: Type.String(),
  entries: Type.Array(Type.Object({ name: Type.String(), value: Type.String(), explanation: Type.String() })),
})
export const SettingsSchema = Type.Object({
  officeName: Type.String(),
  version: Type.String(),
  configuration: ConfigurationSchema,
  accounts: Type.Array(AccountSchema),
  storage: Type.Object({
    store: Type.String(),
    storeBytes: Type.Integer(),
    archiveBytes: Type.Integer(),
    freeBytes: Type.Integer(),
    keepDays: Type.Integer(),
  }),
})
export type SettingsView = Static<typeof SettingsSchema>

export const AuditRowSchema = Type.Object({
  sequence: Type.Integer(),
  atMs: Type.Number(),
  who: Type.String(),
  action: Type.String(),
  /** The action as a sentence: `Blocked 203.0.113.9 until 3 December`. */
  sentence: Type.String(),
  object: Type.String(),
  hash: Type.String(),
})
export const AuditListSchema = Type.Object({
  rows: Type.Array(AuditRowSchema),
  /** True where every row of the chain fits; the first sequence that does not, where it is false. */
  whole: Type.Boolean(),
  brokenAt: Type.Optional(Type.Integer()),
})
/** A page of the audit trail. */
export type AuditListView = Static<typeof AuditListSchema>
export const AuditQuerySchema = Type.Object({
  who: Type.Optional(Type.String({ maxLength: 100 })),
  action: Type.Optional(Type.String({ maxLength: 60 })),
  object: Type.Optional(Type.String({ maxLength: 100 })),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
})
