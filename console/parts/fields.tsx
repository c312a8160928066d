/** Form fields with their label, hint and error tied together for screen readers. */
import { type ComponentProps, type ReactNode, useId } from 'react'

interface FieldProps {
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly error?: ReactNode
}

function Frame({
  id,
  label,
  hint,
  error,
  children,
}: FieldProps & { readonly id: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="field">
      <label className="usa-label" htmlFor={id}>
        {label}
      </label>
      {hint && (
        <span className="usa-hint small" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error && (
        <span className="usa-error-message" id={`${id}-error`} role="alert">
          {error}
        </span>
      )}
      {children}
    </div>
  )
}

const describedBy = (id: string, { hint, error }: FieldProps): string | undefined =>
  [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined

/** A line to type in. */
export function TextField({ label, hint, error, ...input }: FieldProps & ComponentProps<'input'>): ReactNode {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <input
        className="usa-input"
        id={id}
        aria-describedby={describedBy(id, { label, hint, error })}
        aria-invalid={error ? true : undefined}
        {...input}
      />
    </Frame>
  )
}

/** Several lines to type in. */
export function TextArea({ label, hint, error, ...input }: FieldProps & ComponentProps<'textarea'>): ReactNode {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <textarea
        className="usa-textarea"
        id={id}
        rows={3}
        aria-describedby={describedBy(id, { label, hint, error })}
        aria-invalid={error ? true : undefined}
        {...input}
      />
    </Frame>
  )
}

interface FileFieldProps extends FieldProps {
  /** Endings and types that are offered first. */
  readonly accept: string
  readonly onChoose: (file: File | undefined) => void
}

/** A file to choose. */
export function FileField({ label, hint, error, accept, onChoose }: FileFieldProps): ReactNode {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <input
        className="file-field"
        id={id}
        type="file"
        accept={accept}
        aria-describedby={describedBy(id, { label, hint, error })}
        aria-invalid={error ? true : undefined}
        onChange={(event) => onChoose(event.target.files?.[0])}
      />
    </Frame>
  )
}

interface SelectFieldProps extends FieldProps {
  readonly value: string
  readonly choices: ReadonlyArray<readonly [value: string, words: string]>
  readonly onChoose: (value: string) => void
}

/** A choice among a few. */
export function SelectField({ label, hint, error, value, choices, onChoose }: SelectFieldProps): ReactNode {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <select
        className="usa-select"
        id={id}
        value={value}
        aria-describedby={describedBy(id, { label, hint, error })}
        onChange={(event) => onChoose(event.target.value)}
      >
        {choices.map(([each, words]) => (
          <option value={each} key={each}>
            {words}
          </option>
        ))}
      </select>
    </Frame>
  )
}
