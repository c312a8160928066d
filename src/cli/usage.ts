/** The texts of `bellwether help` and of each command's own help: written for a clerk, examples first, at most 80 columns. */
import { wrap } from './printable.ts'

const columns = 80

/** `formats`: what `--format` takes, with its plain name. */
export function usageText(formats: readonly { readonly name: string; readonly title: string }[]): string {
  const widest = Math.max(0, ...formats.map(({ name }) => name.length))
  const list = formats.flatMap(({ name, title }) =>
    wrap(title, columns - widest - 4).map((line, i) => `  ${(i === 0 ? name : '').padEnd(widest)}  ${line}`),
  )
  const desk = [...new Set(Object.values(uses))].join('')
  return `${head}\nUse of the desk:\n${desk}\nUse of the scan:\n${scan}\n${exits}${list.length === 0 ? '' : `\nFormats:\n${list.join('\n')}\n`}`
}

/** How one command is used; undefined for `scan` and `demo`, of which the whole help tells, and for words that are no command. */
export function commandUsage(name: string): string | undefined {
  const use = Object.hasOwn(uses, name) ? uses[name] : undefined
  return use === undefined ? undefined : `Use:\n${use}\nAll commands: bellwether help\n`
}

const head = `Bellwether is the security desk of an election office. It reads the logs, the
mail and the lists of software that your office has already, and tells you, in
plain words, whether somebody attacks you, what they got, and what to do now.

Commands:
  bellwether desk       Watches your logs all day, in a console in your browser.
  bellwether scan       Reads logs once and prints a report.
  bellwether demo       Shows such a report, on a made-up attack.
  bellwether mail check Says of mails whether they pose as somebody you trust.
  bellwether hunt       Searches what the desk has kept.
  bellwether pack       Packs logs of a machine without network for the desk.
  bellwether collect    Prepares a USB stick that collects hashes and logs.
  bellwether software   Says whether installed software is what it should be.
  bellwether rules      Checks and keeps detection rules for machines.
  bellwether backup     Copies what the desk knows; restore puts it back.

Examples:
  bellwether demo
      Shows what a report looks like, on a made-up attack.
  bellwether scan access.log
      Reads one log of your website.
  bellwether scan /var/log/nginx
      Reads every log in a folder.
  bellwether scan access.log* --db postgresql.json
      Reads the website's logs and the database's log together. With both,
      Bellwether can tell how many voter records were exposed.
  bellwether scan access.log --evidence evidence.ndjson
      Also saves every line that matters, for IT and investigators.
  bellwether mail check suspicious.eml
      Says of a saved mail whether it poses as somebody you trust.

Your files are only read. Nothing is changed, and nothing leaves this computer.
`

const backup = `  bellwether backup [--data FOLDER] [TO]
  bellwether restore BACKUP [--data FOLDER]
`

/** By the commands' first words. */
const uses: Readonly<Record<string, string>> = {
  desk: `  bellwether desk [--data FOLDER] [--config FILE] [--port NUMBER] [--demo]
                  [--reset NAME]
      Opens the console at http://127.0.0.1:7316 and prints a link to sign in.
      Its data folder holds bellwether.toml, where the desk is set up.
      --demo plays a recording until you say that you want to start for real.
      --reset prints a link with which NAME sets a new password.
`,
  hunt: `  bellwether hunt [ADDRESS...] [--data FOLDER] [--indicators FILE] [--path TEXT]
                  [--agent TEXT] [--from TIME] [--until TIME] [--sql TEXT]
`,
  mail: `  bellwether mail check FILE|FOLDER... [--json] [--vendors FILE] [--office FILE]
                  [--known PATH] [--fail-on attack|suspicious]
      Takes .eml and .msg files, mailboxes (mbox) and Maildir folders.
      --vendors adds names to protect; --known names genuine mail, from which
      senders are known.
  bellwether mail sign FILE [--key FILE]
      Signs a list of names to protect, for those who get it from you.
`,
  pack: `  bellwether pack PATH... --out FILE [--key FILE]
`,
  collect: `  bellwether collect STICK
`,
  software: `  bellwether software baseline DIR [--out FILE] [--expect PATTERN]...
  bellwether software verify DIR --baseline FILE | --hashes FILE [--json]
  bellwether software keep FILE [--data FOLDER] [--machine NAME] [--folder PATH]
`,
  rules: `  bellwether rules check PATH... | test [PATH...] | coverage [PATH...]
                   [--navigator FILE] | add FILE.zip|FOLDER [--name NAME]
                   | list | remove NAME   [--data FOLDER]
      Rules in the Sigma format. See docs/how-to/rules.md.
`,
  backup,
  restore: backup,
}

const scan = `  bellwether scan PATH... [options]
      PATH is a file, a folder, a pattern, or - for standard input. Packed files
      (.gz, .zst) are read as they are. Bellwether finds out by itself what kind
      of log a file is, and says what it took it for.

Options:
  --db PATH...          Database logs. Every path up to the next option counts.
  --office FILE         Facts about your office: its scanners, its staff, its
                        proxies and look-up pages. See docs/office-file.md.
  --indicators FILE     A list of known bad addresses (CSV, or one in a line).
                        May be given more than once.
  --evidence FILE       Save every line that belongs to a finding (NDJSON).
  --rules PATH          Sigma rules beside those that come with Bellwether: a
                        file, a folder or an archive. May be given repeatedly.
  --hits FILE           Save every match of a rule (NDJSON).
  --json                Print one JSON document. See docs/scan-document.md.
  --ocsf                Print findings as OCSF Detection Findings (NDJSON).
  --format NAME[:PATH]  Read files as this kind of log; with :PATH, only files
                        whose name fits, such as combined:*.log
  --utc-offset HH:MM    Where a log has no time zone: its distance from UTC,
                        such as -05:00
  --fail-on LEVEL       End with exit code 3 if something at this level or above
                        is found: informational, low, medium, high, critical.
  --no-color            No colors. The NO_COLOR variable does the same.
  -q, --quiet           No progress bar.
  -h, --help            This text.
  -V, --version         The version.
`

const exits = `Exit codes: 0 the scan was done; 1 nothing could be read; 2 the command could
not be understood; 3 something was found at or above --fail-on.
`
