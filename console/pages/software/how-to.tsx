/** How the list of a machine comes to the desk: by a stick that goes there and back. */
import type { ReactNode } from 'react'

interface HowToProps {
  readonly hasDrop: boolean
  readonly isOpen?: boolean
}

/** Shows the steps. */
export function HowTo({ hasDrop, isOpen = false }: HowToProps): ReactNode {
  return (
    <details className="panel how-to" open={isOpen}>
      <summary>How to bring the list of a machine</summary>
      <div className="stack">
        <ol>
          <li>
            Once, on the desk’s computer, IT prepares a USB stick with{' '}
            <span className="mono">bellwether collect E:/</span> (E:/ is the stick). It puts a small program and a key
            on the stick, and says what to write into the configuration file
            {hasDrop ? '.' : ', so that the desk looks for the stick. That source then stands on the page Sources.'}
          </li>
          <li>
            Write into the file <span className="mono">folders.txt</span> on the stick in which folders the election
            software is, one on a line.
          </li>
          <li>
            Take the stick to the machine and start the program from it, as an administrator. It only reads: nothing is
            installed, nothing on the machine is changed. It writes one signed file to the stick.
          </li>
          <li>Put the stick into the desk’s computer. Within a minute the list stands here.</li>
          <li>
            If you trust the machine as it is (the vendor has just set it up, or it was checked), keep its list as the
            baseline. From then on every list of it is compared.
          </li>
          <li>Lock the stick away: whoever has it can make lists in the name of any machine.</li>
        </ol>
        <p className="muted">
          A vendor’s or an election body’s own list can be the baseline, too: IT types{' '}
          <span className="mono">bellwether software keep FILE</span>.
        </p>
      </div>
    </details>
  )
}
