/** A field that searches while a person types, after a short pause, so that not each letter is a question to the desk. */
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react'
import { TextField } from './fields.tsx'

const typingPauseMs = 300

interface SearchFieldProps {
  readonly label?: string
  readonly placeholder?: string
  /** What is searched for now. */
  readonly value: string
  /** Called after the pause, as it is then: what else was chosen meanwhile is not undone. */
  readonly onSearch: (text: string) => void
}

/** Shows it. */
export function SearchField({ label = 'Search', placeholder, value, onSearch }: SearchFieldProps): ReactNode {
  const [text, setText] = useState(value)
  const asked = useRef(value)
  const search = useEffectEvent(onSearch)
  useEffect(() => {
    if (value === asked.current) return
    asked.current = value
    setText(value)
  }, [value])
  useEffect(() => {
    if (text === asked.current) return
    const timer = setTimeout(() => {
      asked.current = text
      search(text)
    }, typingPauseMs)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <TextField
      label={label}
      type="search"
      placeholder={placeholder}
      maxLength={200}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  )
}
