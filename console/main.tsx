/** The console's start: theme, queries, router. */
import './styles/index.scss'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router'
import { makeQueryClient } from './api/queries.ts'
import { Announcer } from './shell/announcer.tsx'
import { App } from './shell/app.tsx'
import { ErrorBoundary } from './shell/error-boundary.tsx'
import { applyTheme } from './shell/theme.ts'

applyTheme()

const root = document.getElementById('console')
if (root === null) throw new Error('index.html has no element for the console')
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
      <QueryClientProvider client={makeQueryClient()}>
        <Announcer>
          <BrowserRouter>
            <App />
          </BrowserRouter>
        </Announcer>
      </QueryClientProvider>
    </ErrorBoundary>
  </StrictMode>,
)
