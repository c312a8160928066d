/** Which page is shown for which path, and what comes before: who are you? Pages other than Today are loaded when they
 *  are first opened. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect } from 'react'
import { Navigate, Route, Routes, useLocation } from 'react-router'
import type { SessionView } from '../../src/server/api/session.ts'
import { sessionQuery } from '../api/queries.ts'
import { onSignedOut } from '../api/request.ts'
import { MissingPage } from '../pages/missing-page.tsx'
import { TodayPage } from '../pages/today/today-page.tsx'
import { Failure, Skeleton } from '../parts/answer.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { Layout } from './layout.tsx'

const secondTryMs = 1_000

/** A part that did not come is asked for once more: a desk that is starting again is back in a moment. */
const later = (load: () => Promise<ComponentType>): ComponentType =>
  lazy(async () => ({
    default: await load().catch(async () => {
      await new Promise((resolve) => setTimeout(resolve, secondTryMs))
      return load()
    }),
  }))

const IncidentsPage = later(async () => (await import('../pages/incidents/incidents-page.tsx')).IncidentsPage)
const IncidentPage = later(async () => (await import('../pages/incident/incident-page.tsx')).IncidentPage)
const ReportPage = later(async () => (await import('../pages/incident/report-page.tsx')).ReportPage)
const SourcesPage = later(async () => (await import('../pages/sources/sources-page.tsx')).SourcesPage)
const SourcePage = later(async () => (await import('../pages/sources/source-page.tsx')).SourcePage)
const BlocksPage = later(async () => (await import('../pages/blocks/blocks-page.tsx')).BlocksPage)
const HuntPage = later(async () => (await import('../pages/hunt/hunt-page.tsx')).HuntPage)
const RulesPage = later(async () => (await import('../pages/rules/rules-page.tsx')).RulesPage)
const RulePage = later(async () => (await import('../pages/rules/rule-page.tsx')).RulePage)
const SoftwarePage = later(async () => (await import('../pages/software/software-page.tsx')).SoftwarePage)
const SoftwareFolderPage = later(async () => (await import('../pages/software/folder-page.tsx')).SoftwareFolderPage)
const MailsPage = later(async () => (await import('../pages/mail/mails-page.tsx')).MailsPage)
const MailPage = later(async () => (await import('../pages/mail/mail-page.tsx')).MailPage)
const MailCheckPage = later(async () => (await import('../pages/mail/check-page.tsx')).MailCheckPage)
const RegistryPage = later(async () => (await import('../pages/mail/registry-page.tsx')).RegistryPage)
const SettingsPage = later(async () => (await import('../pages/settings/settings-page.tsx')).SettingsPage)
const AuditPage = later(async () => (await import('../pages/audit/audit-page.tsx')).AuditPage)
const AccountPage = later(async () => (await import('../pages/account/account-page.tsx')).AccountPage)
const SignInPage = later(async () => (await import('../pages/sign-in/sign-in-page.tsx')).SignInPage)
const StartPage = later(async () => (await import('../pages/sign-in/start-page.tsx')).StartPage)

function Shown({ page: Page }: { readonly page: ComponentType }): ReactNode {
  return (
    <ErrorBoundary resetBy={useLocation().pathname}>
      <Suspense fallback={<Skeleton />}>
        <Page />
      </Suspense>
    </ErrorBoundary>
  )
}

function Inside({ session }: { readonly session: SessionView }): ReactNode {
  const { pathname } = useLocation()
  if (session.account === undefined) {
    return <Navigate to="/sign-in" replace state={{ from: pathname }} />
  }
  return <Layout session={session} />
}

/** The whole console. */
export function App(): ReactNode {
  const queries = useQueryClient()
  const session = useQuery(sessionQuery)
  useEffect(() => onSignedOut(() => void queries.invalidateQueries({ queryKey: sessionQuery.queryKey })), [queries])
  if (session.data === undefined) {
    return (
      <main className="wide main">
        {session.isError ? (
          <div className="stack">
            <h1>The desk did not let this page start</h1>
            <Failure error={session.error} onRetry={() => void session.refetch()} />
          </div>
        ) : (
          <Skeleton />
        )}
      </main>
    )
  }
  return (
    <Routes>
      <Route path="/sign-in" element={<Shown page={SignInPage} />} />
      <Route path="/start" element={<Shown page={StartPage} />} />
      <Route element={<Inside session={session.data} />}>
        <Route index element={<Shown page={TodayPage} />} />
        <Route path="/today" element={<Navigate to="/" replace />} />
        <Route path="/incidents" element={<Shown page={IncidentsPage} />} />
        <Route path="/incidents/:id" element={<Shown page={IncidentPage} />} />
        <Route path="/incidents/:id/report" element={<Shown page={ReportPage} />} />
        <Route path="/sources" element={<Shown page={SourcesPage} />} />
        <Route path="/sources/:id" element={<Shown page={SourcePage} />} />
        <Route path="/blocks" element={<Shown page={BlocksPage} />} />
        <Route path="/hunt" element={<Shown page={HuntPage} />} />
        <Route path="/rules" element={<Shown page={RulesPage} />} />
        <Route path="/rules/:id" element={<Shown page={RulePage} />} />
        <Route path="/software" element={<Shown page={SoftwarePage} />} />
        <Route path="/software/:id" element={<Shown page={SoftwareFolderPage} />} />
        <Route path="/mail" element={<Shown page={MailsPage} />} />
        <Route path="/mail/check" element={<Shown page={MailCheckPage} />} />
        <Route path="/mail/registry" element={<Shown page={RegistryPage} />} />
        <Route path="/mail/:id" element={<Shown page={MailPage} />} />
        <Route path="/settings" element={<Shown page={SettingsPage} />} />
        <Route path="/audit" element={<Shown page={AuditPage} />} />
        <Route path="/account" element={<Shown page={AccountPage} />} />
        <Route path="*" element={<Shown page={MissingPage} />} />
      </Route>
    </Routes>
  )
}
