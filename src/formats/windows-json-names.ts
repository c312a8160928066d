/** Under which keys programs write the system part of Windows events in JSON, and what they call data of the event itself
 *  otherwise. Facts about winlogbeat and the Elastic agent, Wazuh, NXLog, Splunk and PowerShell; no logic. */

/** The names of the system part to the paths under which they may stand, the best first. */
export const systemAliases: Readonly<Record<string, readonly string[]>> = {
  Channel: ['winlog.channel', 'win.channel', 'Channel', 'LogName', 'channel', 'log_name', 'EventLog', 'Log'],
  EventID: [
    'winlog.event_id',
    'win.eventID',
    'EventID',
    'EventId',
    'EventCode',
    'Event_ID',
    'event_id',
    'eventid',
    'event.code',
  ],
  Provider_Name: [
    'winlog.provider_name',
    'win.providerName',
    'Provider_Name',
    'ProviderName',
    'SourceName',
    'Provider.Name',
    'Provider',
    'provider_name',
    'source_name',
    'event.provider',
  ],
  Provider_Guid: ['winlog.provider_guid', 'win.providerGuid', 'Provider_Guid', 'ProviderGuid', 'Provider.Guid'],
  EventRecordID: [
    'winlog.record_id',
    'win.eventRecordID',
    'EventRecordID',
    'EventRecordId',
    'RecordNumber',
    'RecordId',
    'RecordID',
    'record_number',
    'record_id',
  ],
  Computer: [
    'winlog.computer_name',
    'win.computer',
    'Computer',
    'Hostname',
    'HostName',
    'MachineName',
    'ComputerName',
    'computer_name',
    'hostname',
    'host.name',
    'agent.hostname',
    'agent.name',
  ],
  TimeCreated_SystemTime: [
    'winlog.time_created',
    'win.systemTime',
    'TimeCreated.SystemTime',
    'TimeCreated',
    'SystemTime',
    'event.created',
    '@timestamp',
    'TimeGenerated',
    'EventTime',
    'UtcTime',
    '_time',
    'timestamp',
    'Timestamp',
    'EventReceivedTime',
  ],
  Level: ['winlog.level', 'win.level', 'Level'],
  Version: ['winlog.version', 'win.version', 'Version'],
  Task: ['winlog.task', 'win.task', 'Task'],
  Opcode: ['winlog.opcode', 'win.opcode', 'Opcode', 'OpcodeValue'],
  Keywords: ['winlog.keywords', 'win.keywords', 'Keywords'],
  Security_UserID: ['winlog.user.identifier', 'Security.UserID', 'UserID'],
  Execution_ProcessID: ['winlog.process.pid', 'win.processID', 'Execution.ProcessID', 'ExecutionProcessID'],
  Execution_ThreadID: ['winlog.process.thread.id', 'win.threadID', 'Execution.ThreadID', 'ExecutionThreadID'],
  Correlation_ActivityID: ['winlog.activity_id', 'Correlation.ActivityID', 'ActivityID'],
}

/** What PowerShell calls members of its event records, which are all of the system part. */
export const powerShellNames: Readonly<Record<string, string>> = {
  LogName: 'Channel',
  Id: 'EventID',
  ProviderName: 'Provider_Name',
  ProviderId: 'Provider_Guid',
  RecordId: 'EventRecordID',
  MachineName: 'Computer',
  TimeCreated: 'TimeCreated_SystemTime',
  'TimeCreated.value': 'TimeCreated_SystemTime',
  'TimeCreated.DateTime': 'TimeCreated_SystemTime',
  Level: 'Level',
  Version: 'Version',
  Task: 'Task',
  Opcode: 'Opcode',
  Keywords: 'Keywords',
  UserId: 'Security_UserID',
  'UserId.Value': 'Security_UserID',
  ProcessId: 'Execution_ProcessID',
  ThreadId: 'Execution_ThreadID',
  ActivityId: 'Correlation_ActivityID',
}

/** Keys of objects that only wrap an event: exports of Elasticsearch and Splunk, and Windows' own outermost element. */
export const wrappers: ReadonlySet<string> = new Set(['_source', 'result', 'Event', '_raw'])

/** The names of the system part by path. */
export const aliasOf: ReadonlyMap<string, string> = new Map(
  Object.entries(systemAliases).flatMap(([name, paths]) => paths.map((path) => [path, name])),
)
