/** What the configuration file says, in words for the Settings page. Secrets are left out. */
import type { Configuration } from './config.ts'

/** One line of the page. */
export interface Explained {
  readonly name: string
  readonly value: string
  readonly explanation: string
}

const listed = (values: readonly string[]): string => (values.length === 0 ? 'none' : values.join(', '))

/** What each part says. */
export function explainConfiguration(configuration: Configuration): readonly Explained[] {
  const { office, listen, archive, block, mail, databaseUrl } = configuration
  const entry = (name: string, value: string, explanation: string): Explained => ({ name, value, explanation })
  const targets = [
    block.nginx === undefined ? undefined : `nginx (${block.nginx.include})`,
    block.apache === undefined ? undefined : `Apache (${block.apache.include})`,
    block.nftables ? 'nftables on this computer' : undefined,
  ]
  return [
    entry('Office', office.name === '' ? 'not named' : office.name, 'The name on reports.'),
    entry('Address', `${listen.address}, port ${listen.port}`, 'Where this console is opened.'),
    entry(
      'Encryption',
      listen.certificatePath === undefined ? 'none' : 'TLS',
      'Needed when it is opened from other computers.',
    ),
    entry('Authorised scanners', listed(office.authorisedScanners), 'Their scans are reported as ordered.'),
    entry('Known users', listed(office.knownUsers), 'People and systems that look up many voters as their work.'),
    entry('Trusted proxies', listed(office.trustedProxies), 'Visitors behind them are seen by their own address.'),
    entry(
      'Look-up pages',
      listed(office.lookupPages),
      'Pages that show a voter’s record; found by themselves where none is named.',
    ),
    entry(
      'Store',
      databaseUrl === undefined ? 'a file of this desk' : 'PostgreSQL',
      'Where findings and decisions are kept.',
    ),
    entry(
      'Archive',
      archive.enabled ? `${archive.keepDays} days, at most ${archive.keepBytes / 1e9} GB` : 'off',
      'Every record is kept this long, to be searched later.',
    ),
    entry('Mail domains', listed(mail.office.domains), 'Mail that only poses as theirs is told.'),
    entry('Trusted mail servers', listed(mail.office.trustedServers), 'Their checks of senders are believed.'),
    entry('Mail', `${mail.keepDays} days`, 'Flagged mail, and the list of all mail, are kept this long.'),
    entry('Blocks', listed(targets.filter((one) => one !== undefined)), 'Where blocked addresses are kept out.'),
  ]
}
