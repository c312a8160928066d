/** The signed-in person's rights, for the pages. */
import { useQuery } from '@tanstack/react-query'
import { sessionQuery } from './queries.ts'
import { type Rights, rightsOf } from './session.ts'

/** What the person may do. */
export const useRights = (): Rights => rightsOf(useQuery(sessionQuery).data?.account?.role)
