/** What rules wait for: names of machines and places that only the office knows, and what to write where. */
import type { ReactNode } from 'react'
import { counted } from '../../../src/core/counts.ts'
import type { RulesPageView } from '../../../src/desk/api/rules.ts'
import { Notice } from '../../parts/notice.tsx'
import { Secret } from '../../parts/secret.tsx'
import { ShortText, visible } from '../../parts/strange-text.tsx'

interface WaitingProps {
  readonly placeholders: RulesPageView['placeholders']
  readonly configurationPath: string
}

/** What the values of the names that our own rules use look like, and what they are. */
const known: Readonly<Record<string, { readonly example: string; readonly means: string }>> = {
  election_machines: {
    example: '["EMS-*", "BMD-*", "SCAN-*"]',
    means: 'Names of the machines that must never have a network; * stands for any letters.',
  },
  ems_folders: {
    example: String.raw`['C:\Election Software\']`,
    means: String.raw`Folders in which the election software is installed, each with \ at its end.`,
  },
  backup_hosts: {
    example: '["192.0.2.9"]',
    means: 'Addresses of the machines that make backups of the registration database.',
  },
}
const titlesShown = 5
/** Names that may stand in TOML as they are. */
const isPlainName = (name: string): boolean => /^[\w-]{1,64}$/.test(name)

/** Shows it. */
export function Waiting({ placeholders, configurationPath }: WaitingProps): ReactNode {
  const lines = placeholders.map(({ name }) => {
    const key = isPlainName(name) ? name : JSON.stringify(visible(name))
    const example = known[name]?.example
    // What nobody knows an example of must not count by accident.
    return example === undefined ? `# ${key} = ["a value", "another value"]` : `${key} = ${example}`
  })
  return (
    <Notice tone="blue">
      <p>
        <strong>Some rules need names that only your office knows.</strong> Until they are written down, these rules
        wait. The others work all the same.
      </p>
      <details>
        <summary>What to write, and where</summary>
        <div className="stack waiting">
          <ul>
            {placeholders.map(({ name, rules }) => (
              <li key={name}>
                <span className="mono">
                  <ShortText text={name} charactersShown={80} />
                </span>
                : {known[name]?.means ?? 'Values of your office, each in quotes.'} Needed by{' '}
                {rules.slice(0, titlesShown).map((title, index) => (
                  <span key={title}>
                    {index > 0 && ', '}“<ShortText text={title} charactersShown={100} />”
                  </span>
                ))}
                {rules.length > titlesShown && ` and ${counted(rules.length - titlesShown, 'more rule')}`}.
              </li>
            ))}
          </ul>
          <p>
            Ask IT to write this into <span className="mono">{visible(configurationPath)}</span>, with your own names,
            and to start the desk again:
          </p>
          <Secret label="For the configuration file" text={`[rules.placeholders]\n${lines.join('\n')}`} />
        </div>
      </details>
    </Notice>
  )
}
