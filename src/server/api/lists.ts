/** What the console sends and gets beyond the desk's own schemas: the block list for firewalls, tokens and lists. */
import { type Static, Type } from 'typebox'
import { PushTokenSchema, SuggestionSchema } from '../../desk/api/sources.ts'
import { SourceSchema } from '../../desk/api/today.ts'

/** GET /api/feed: whether firewalls may fetch the block list. */
export const FeedSchema = Type.Object({
  isOn: Type.Boolean(),
  switchedOnBy: Type.Optional(Type.String()),
  switchedOnAtMs: Type.Optional(Type.Number()),
})
export type FeedView = Static<typeof FeedSchema>

/** POST /api/feed switches it on, or gives it a new token, with which the old one ends. Shown this once: the address for
 *  a firewall that takes one, and user and password for one that asks for them. */
export const NewFeedSchema = Type.Object({
  path: Type.String(),
  plainPath: Type.String(),
  user: Type.String(),
  password: Type.String(),
})
export type NewFeedView = Static<typeof NewFeedSchema>

/** POST /api/sources/:id/push-tokens */
export const PushTokenBodySchema = Type.Object({ name: Type.String({ minLength: 1, maxLength: 80 }) })

export const SourcesSchema = Type.Array(SourceSchema)
export const SuggestionsSchema = Type.Array(SuggestionSchema)
export const PushTokensSchema = Type.Array(PushTokenSchema)

/** POST /api/never-block/remove */
export const NetworkBodySchema = Type.Object({ network: Type.String({ minLength: 2, maxLength: 60 }) })
/** POST /api/indicators/remove */
export const IndicatorNameBodySchema = Type.Object({ name: Type.String({ minLength: 1, maxLength: 120 }) })
/** POST /api/indicators: the backward search that it began. */
export const HuntBegunSchema = Type.Object({ huntId: Type.String() })
