/** Adding a source. */
import type { UseMutationResult } from '@tanstack/react-query'
import type { AddSourceBody } from '../../../src/desk/api/sources.ts'
import type { SourceView } from '../../../src/desk/api/today.ts'
import { useSend } from '../../api/send.ts'

/** Gives the mutation that adds one. */
export const useAddSource = (): UseMutationResult<SourceView, Error, AddSourceBody> =>
  useSend<AddSourceBody, SourceView>({
    method: 'POST',
    path: '/api/sources',
    concerns: ['sources', 'suggestions', 'today'],
  })
