/** The software of the office's machines: what came last, held against what should be there. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { SoftwareFolderView, SoftwareListView } from '../../../src/desk/api/software.ts'
import { softwareQuery } from '../../api/queries.ts'
import { Answer } from '../../parts/answer.tsx'
import { Label } from '../../parts/labels.tsx'
import { Moment } from '../../parts/moment.tsx'
import { ShortText } from '../../parts/strange-text.tsx'
import { Page } from '../../shell/page.tsx'
import { softwareHeading, softwareSentence, softwareStateWords, toneOfFolder } from '../../words/software.ts'
import { HowTo } from './how-to.tsx'
import './software.css'

/** The page. */
export function SoftwarePage(): ReactNode {
  const query = useQuery(softwareQuery)
  return (
    <Page
      title="Software"
      lead={<p>Whether the software on your election machines is what it should be, also where there is no network.</p>}
    >
      <Answer query={query} lines={6}>
        {(list) => <Folders list={list} />}
      </Answer>
    </Page>
  )
}

function Folders({ list }: { readonly list: SoftwareListView }): ReactNode {
  const { folders } = list
  if (folders.length === 0) {
    return (
      <div className="stack stack--wide">
        <div className="empty">
          <h2>No list of software has come yet</h2>
          <p>
            A small program on a USB stick writes down what is installed on a machine. The desk keeps the list, and
            tells you file by file when something is not what it was.
          </p>
        </div>
        <HowTo hasDrop={list.hasDrop} isOpen />
      </div>
    )
  }
  return (
    <div className="stack stack--wide">
      <section className="stack" aria-labelledby="machines">
        <h2 id="machines">{softwareHeading(folders)}</h2>
        <ul className="plain-list list-box">
          {folders.map((folder) => (
            <FolderRow folder={folder} key={folder.id} />
          ))}
        </ul>
      </section>
      <HowTo hasDrop={list.hasDrop} />
    </div>
  )
}

function FolderRow({ folder }: { readonly folder: SoftwareFolderView }): ReactNode {
  return (
    <li className="software-row">
      <div className="software-row__what">
        <Link className="software-row__title" to={`/software/${folder.id}`}>
          <ShortText text={folder.machine} charactersShown={80} />
        </Link>
        <p className="mono small">
          <ShortText text={folder.folder} charactersShown={160} />
        </p>
        <p>{softwareSentence(folder)}</p>
        {folder.latest && (
          <p className="small muted">
            Last list: <Moment atMs={folder.latest.keptAtMs} />
            {folder.baseline && (
              <>
                {'; baseline of '}
                <Moment atMs={folder.baseline.madeAtMs} form="full" />
              </>
            )}
          </p>
        )}
      </div>
      <Label tone={toneOfFolder(folder)} form={folder.severity >= 4 ? 'full' : 'soft'}>
        {softwareStateWords[folder.state].name}
      </Label>
    </li>
  )
}
