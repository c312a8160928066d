/** Light or dark: what the machine prefers, unless the person chose. The choice is kept on this browser. */

export type Theme = 'light' | 'dark'

const key = 'bellwether-theme'
const machinePrefersDark = (): boolean => matchMedia('(prefers-color-scheme: dark)').matches

function kept(): Theme | undefined {
  try {
    const value = localStorage.getItem(key)
    return value === 'light' || value === 'dark' ? value : undefined
  } catch {
    // A browser that keeps nothing follows the machine.
    return undefined
  }
}

/** What is shown now. */
export const currentTheme = (): Theme => kept() ?? (machinePrefersDark() ? 'dark' : 'light')

/** Shows what was chosen before, if anything was. */
export function applyTheme(): void {
  const theme = kept()
  if (theme === undefined) delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

/** Chooses; a choice that equals the machine's is forgotten, so that the machine leads again. */
export function chooseTheme(theme: Theme): void {
  try {
    if ((theme === 'dark') === machinePrefersDark()) localStorage.removeItem(key)
    else localStorage.setItem(key, theme)
  } catch {
    // The choice then lasts as long as the page.
  }
  document.documentElement.dataset.theme = theme
}
