/** The switch between light and dark. */
import { type ReactNode, useState } from 'react'
import { chooseTheme, currentTheme } from './theme.ts'

/** Two choices; what the machine prefers is marked at first. */
export function ThemeSwitch(): ReactNode {
  const [theme, setTheme] = useState(currentTheme)
  return (
    <fieldset className="usa-fieldset">
      <legend className="usa-legend">Display</legend>
      <div className="row">
        {(['light', 'dark'] as const).map((each) => (
          <div className="usa-radio" key={each}>
            <input
              className="usa-radio__input"
              type="radio"
              name="theme"
              id={`theme-${each}`}
              checked={theme === each}
              onChange={() => {
                chooseTheme(each)
                setTheme(each)
              }}
            />
            <label className="usa-radio__label" htmlFor={`theme-${each}`}>
              {each === 'light' ? 'Light' : 'Dark'}
            </label>
          </div>
        ))}
      </div>
    </fieldset>
  )
}
