/** Settings: who may do what, where things are kept, and what the configuration file says. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { inBytes } from '../../../src/core/counts.ts'
import type { SettingsView } from '../../../src/desk/api/settings.ts'
import { settingsQuery } from '../../api/queries.ts'
import { Answer } from '../../parts/answer.tsx'
import { StrangeText } from '../../parts/strange-text.tsx'
import { Page } from '../../shell/page.tsx'
import { Accounts } from './accounts.tsx'
import './settings.css'

/** The page. */
export function SettingsPage(): ReactNode {
  const query = useQuery(settingsQuery)
  return (
    <Page
      title="Settings"
      lead={
        <p>
          Your own passkeys stand under <Link to="/account">Your account</Link>.
        </p>
      }
    >
      <Answer query={query} lines={8}>
        {(settings) => (
          <div className="stack stack--wide">
            <Accounts accounts={settings.accounts} />
            <Storage settings={settings} />
            <Configuration settings={settings} />
          </div>
        )}
      </Answer>
    </Page>
  )
}

function Storage({ settings }: { readonly settings: SettingsView }): ReactNode {
  const { store, storeBytes, archiveBytes, freeBytes, keepDays } = settings.storage
  return (
    <section className="stack" aria-labelledby="storage">
      <h2 id="storage">Where things are kept</h2>
      <dl className="facts panel">
        <dt>Incidents and decisions</dt>
        <dd>
          {inBytes(storeBytes)}, <StrangeText text={store} charactersShown={200} />
        </dd>
        <dt>Records for hunting</dt>
        <dd>
          {inBytes(archiveBytes)}, kept for {keepDays} days
        </dd>
        <dt>Free on the disk</dt>
        <dd>{inBytes(freeBytes)}</dd>
        <dt>Backup</dt>
        <dd>
          IT runs <span className="mono">bellwether backup</span> on the desk’s machine, while the desk runs.
        </dd>
      </dl>
    </section>
  )
}

function Configuration({ settings }: { readonly settings: SettingsView }): ReactNode {
  const { path, entries } = settings.configuration
  return (
    <section className="stack" aria-labelledby="configuration">
      <h2 id="configuration">Configuration file</h2>
      <p className="muted">
        IT changes it on the desk’s machine, in{' '}
        <span className="mono">
          <StrangeText text={path} charactersShown={300} />
        </span>
        , and starts the desk again. Its own comments explain every line.
      </p>
      <dl className="facts panel">
        {entries.map((entry) => (
          <Entry entry={entry} key={entry.name} />
        ))}
        <dt>Version</dt>
        <dd>Bellwether {settings.version}</dd>
      </dl>
    </section>
  )
}

function Entry({ entry }: { readonly entry: SettingsView['configuration']['entries'][number] }): ReactNode {
  return (
    <>
      <dt className="mono">{entry.name}</dt>
      <dd>
        <strong>
          <StrangeText text={entry.value} charactersShown={300} />
        </strong>
        <span className="small muted settings__explains">
          <StrangeText text={entry.explanation} charactersShown={300} />
        </span>
      </dd>
    </>
  )
}
