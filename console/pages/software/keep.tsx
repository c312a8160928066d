/** Keeping the list that came as the new baseline: a decision that needs a person who knows the machine. */
import type { ReactNode } from 'react'
import type { SoftwareFolderView, SoftwareListedView } from '../../../src/desk/api/software.ts'
import { useSend } from '../../api/send.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Notice } from '../../parts/notice.tsx'
import { ShortText } from '../../parts/strange-text.tsx'

interface KeepProps {
  readonly folder: SoftwareFolderView
  readonly latest: SoftwareListedView
}

/** Shows the button with its question. */
export function Keep({ folder, latest }: KeepProps): ReactNode {
  const keep = useSend({
    method: 'POST',
    path: `/api/software/${folder.id}/keep`,
    body: () => ({ sha256: latest.sha256 }),
    concerns: ['software', 'audit'],
  })
  const isFirst = folder.baseline === undefined
  return (
    <div>
      <Confirm
        button={isFirst ? 'Keep this list as the baseline' : 'Keep this list as the new baseline'}
        look="usa-button--outline"
        question={
          isFirst ? 'Is this what should be on the machine?' : 'Is all of this what should be on the machine now?'
        }
        doIt="Yes, keep it as the baseline"
        said="The list is the baseline now."
        mutation={keep}
        values={undefined}
      >
        <p>
          From now on every list of <ShortText text={folder.machine} charactersShown={80} /> is held against the list of{' '}
          <Moment atMs={latest.madeAtMs} form="full" />.{' '}
          <strong>What is on the machine in that list counts as right</strong>, also what somebody may have planted
          there before.
        </p>
        {!isFirst && folder.severity >= 2 && (
          <Notice tone="orange">
            <p>
              This list differs from the baseline that you have. Keep it only if you know who changed this and why, such
              as an update that the vendor confirmed. Incidents about it stay open until you close them.
            </p>
          </Notice>
        )}
        <p>Your name stands in the audit trail. The old baseline is not kept.</p>
      </Confirm>
    </div>
  )
}
