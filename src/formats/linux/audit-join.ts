/** Joins the records of one audit event to what rules for processes, files and connections ask: a started program with its
 *  whole command line, a file that was made, a connection that was opened, in Sysmon's words. */
import { posix } from 'node:path'
import { limits } from '../../core/limits.ts'
import type { EventField } from '../event.ts'
import { aboutField, textOf } from '../events/event-values.ts'
import { type EventFields, type EventHead, FieldEvent } from '../events/field-event.ts'

/** A program that runs. */
interface Process {
  readonly image: string
  readonly commandLine: string
  readonly user: string
}

/** The programs that were started last, by process id. */
export class AuditProcesses {
  readonly #byId = new Map<string, Process>()

  get(id: string): Process | undefined {
    return this.#byId.get(id)
  }

  set(id: string, process: Process): void {
    this.#byId.delete(id)
    this.#byId.set(id, process)
    if (this.#byId.size <= limits.auditProcessesMax) return
    for (const oldest of this.#byId.keys()) {
      this.#byId.delete(oldest)
      break
    }
  }
}

/** The joined events of one audit event, whose records come in their order. */
export function joinRecords(records: readonly FieldEvent[], head: EventHead, processes: AuditProcesses): FieldEvent[] {
  const ofType = (type: string): FieldEvent[] => records.filter((record) => record.field('type') === type)
  const [call] = ofType('SYSCALL')
  if (call === undefined || call.field('success') === 'no') {
    const isUnderway = call?.field('exit') === '-115' || call?.field('exit') === 'EINPROGRESS'
    return isUnderway && call !== undefined ? connections(call, ofType('SOCKADDR'), head) : []
  }
  const cwd = textOf(ofType('CWD')[0]?.field('cwd'))
  const [start] = ofType('EXECVE')
  const events = files(call, ofType('PATH'), cwd, head)
  if (start !== undefined) events.unshift(startedProcess(call, start, cwd, head, processes))
  return [...events, ...connections(call, ofType('SOCKADDR'), head)]
}

function startedProcess(
  call: FieldEvent,
  start: FieldEvent,
  cwd: string,
  head: EventHead,
  processes: AuditProcesses,
): FieldEvent {
  const fields = processFields(call)
  const commandLine = textOf(start.field('command'))
  const parent = processes.get(textOf(call.field('ppid')))
  fields.set(aboutField, 'process_creation')
  fields.set('CommandLine', commandLine)
  if (cwd !== '') fields.set('CurrentDirectory', cwd)
  if (parent !== undefined) {
    fields.set('ParentImage', parent.image)
    fields.set('ParentCommandLine', parent.commandLine)
    fields.set('ParentUser', parent.user)
  }
  processes.set(textOf(call.field('pid')), {
    image: textOf(fields.get('Image')),
    commandLine,
    user: textOf(fields.get('User')),
  })
  return new FieldEvent({ ...head, place: start.place }, () => fields)
}

function files(call: FieldEvent, paths: readonly FieldEvent[], cwd: string, head: EventHead): FieldEvent[] {
  return paths
    .filter((path) => path.field('nametype') === 'CREATE')
    .map((path) => {
      const fields = processFields(call)
      const name = textOf(path.field('name'))
      fields.set(aboutField, 'file_event')
      fields.set('TargetFilename', cwd === '' || name.startsWith('/') ? name : posix.join(cwd, name))
      return new FieldEvent({ ...head, place: path.place }, () => fields)
    })
}

function connections(call: FieldEvent, addresses: readonly FieldEvent[], head: EventHead): FieldEvent[] {
  const name = textOf(call.field('SYSCALL'))
  if (name !== 'connect' && name !== 'accept' && name !== 'accept4') return []
  return addresses
    .filter((address) => address.field('laddr') !== undefined)
    .map((address) => {
      const fields = processFields(call)
      const isInitiated = name === 'connect'
      fields.set(aboutField, 'network_connection')
      fields.set('Initiated', isInitiated)
      fields.set(isInitiated ? 'DestinationIp' : 'SourceIp', textOf(address.field('laddr')))
      fields.set(isInitiated ? 'DestinationPort' : 'SourcePort', textOf(address.field('lport')))
      return new FieldEvent({ ...head, place: address.place }, () => fields)
    })
}

/** Who did it: names where the log has them, else numbers. */
function processFields(call: FieldEvent): EventFields {
  const named = (name: string, id: string): EventField => {
    const text = textOf(call.field(name)) || textOf(call.field(id))
    return text === '0' ? 'root' : text
  }
  const fields: EventFields = new Map<string, EventField>([
    ['Image', textOf(call.field('exe'))],
    ['ProcessId', textOf(call.field('pid'))],
    ['ParentProcessId', textOf(call.field('ppid'))],
    ['User', named('UID', 'uid')],
    ['LogonUser', named('AUID', 'auid')],
    ['LogonId', textOf(call.field('ses'))],
    ['TerminalSessionId', textOf(call.field('tty'))],
  ])
  const key = call.field('key')
  if (key !== undefined && key !== null) fields.set('key', key)
  return fields
}
