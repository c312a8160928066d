/** Catches what a page throws by a bug: the rest of the console stays, and the person gets a sentence and a way on. */
import { Component, type ReactNode } from 'react'
import { Notice } from '../parts/notice.tsx'

interface ErrorBoundaryProps {
  readonly children: ReactNode
  /** Another value tries again: the page's path. */
  readonly resetBy?: string
}
interface ErrorBoundaryState {
  readonly hasFailed: boolean
  readonly resetBy: string | undefined
}

/** Shows its children until one fails. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { hasFailed: false, resetBy: this.props.resetBy }

  static getDerivedStateFromError(): Partial<ErrorBoundaryState> {
    return { hasFailed: true }
  }

  static getDerivedStateFromProps(
    { resetBy }: ErrorBoundaryProps,
    state: ErrorBoundaryState,
  ): Partial<ErrorBoundaryState> | null {
    return resetBy === state.resetBy ? null : { hasFailed: false, resetBy }
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children
    return (
      <div className="wide main stack">
        <h1>This page failed</h1>
        <Notice tone="red" isSpoken>
          <p>
            The desk goes on watching; only its display is affected. Load the page again; if it fails again, call IT.
          </p>
          <button type="button" className="usa-button" onClick={() => location.reload()}>
            Load it again
          </button>
        </Notice>
      </div>
    )
  }
}
