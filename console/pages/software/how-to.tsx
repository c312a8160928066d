/** How the list of a machine comes to the desk: by a stick that goes there and back. */
import type { ReactNode } from 'react'
import { Link } from 'react-router'

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
        {!hasDrop && (
          <p>
            <strong>First, once:</strong> ask IT to set up the folder into which sticks are put, as a source of the kind{' '}
            <span className="mono">drop</span> in the configuration file. It then stands on the page{' '}
            <Link to="/sources">Sources</Link>.
          </p>
        )}
        <ol>
          <li>
            Put <span className="mono">bellwether-collect.ps1</span> (Windows) or the program{' '}
            <span className="mono">bellwether-collect</span> (Linux) on a USB stick that you use for nothing else.
            Beside it put a file <span className="mono">folders.txt</span> that names the folders of the election
            software, one on a line.
          </li>
          <li>
            Take the stick to the machine and start the program from it. It only reads: nothing on the machine is
            changed. It writes one signed file to the stick.
          </li>
          <li>
            The first time, compare the fingerprint that the program shows with the one that the desk shows, group by
            group, on paper or by telephone. IT then trusts this key.
          </li>
          <li>Put the stick into the desk’s computer. Within a minute the list stands here.</li>
          <li>
            If you trust the machine as it is (it was just set up by the vendor, or checked), keep its list as the
            baseline. From then on every list of it is compared.
          </li>
        </ol>
        <p className="muted">
          A vendor’s or an election body’s own list can be the baseline, too: IT types{' '}
          <span className="mono">bellwether software keep FILE</span>.
        </p>
      </div>
    </details>
  )
}
