/** Good input of each database format, invented, in the forms that its writers really use: what the tests and the
 *  fuzzing of the readers start from. */

const jsonEntry = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    timestamp: '2026-03-03 09:30:00.123 UTC',
    user: 'portal',
    dbname: 'rolls',
    pid: 42,
    remote_host: '10.0.0.5',
    remote_port: 50000,
    session_id: '69a6ab1c.2a',
    line_num: 3,
    ps: 'SELECT',
    session_start: '2026-03-03 09:29:00 UTC',
    vxid: '3/16',
    txid: 0,
    error_severity: 'LOG',
    ...fields,
    application_name: 'portal-web',
    backend_type: 'client backend',
    query_id: 0,
  })

const postgresqlJson = [
  jsonEntry({ message: "statement: SELECT id FROM voters WHERE last = 'O''Brien'\n  AND zip = '60601'" }),
  jsonEntry({
    message: 'execute <unnamed>: SELECT * FROM voters WHERE last = $1 AND born = $2',
    detail: "Parameters: $1 = 'O''Brien', $2 = NULL",
  }),
  jsonEntry({
    message: 'AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.voters,"SELECT ""id"", 1\nFROM voters",<not logged>,7',
  }),
  jsonEntry({ message: 'duration: 1.365 ms' }),
  jsonEntry({ message: 'duration: 0.4 ms', ps: 'BIND' }),
  jsonEntry({ message: 'duration: 12.5 ms  statement: SELECT 1' }),
  jsonEntry({
    error_severity: 'ERROR',
    state_code: '42601',
    message: 'syntax error at or near "x"',
    statement: "SELECT 'x'x'",
  }),
  jsonEntry({ message: 'connection authorized: user=portal database=rolls', ps: 'authentication' }),
  jsonEntry({ message: 'checkpoint starting: time' }),
].join('\n')

const csvHead =
  '2026-03-03 09:30:00.123 UTC,"portal","rolls",42,"10.0.0.5:50000",69a6ab1c.2a,3,"SELECT",2026-03-03 09:29:00 UTC,3/16,0'

const postgresqlCsv = [
  `${csvHead},LOG,00000,"statement: SELECT id FROM voters`,
  ` WHERE last = 'O''Brien' AND ""zip"" = '60601'",,,,,,,,,"portal-web","client backend",,0`,
  `${csvHead},LOG,00000,"execute p: SELECT $1","parameters: $1 = 'a, b'",,,,,,,,"portal-web","client backend",,0`,
  `${csvHead},LOG,00000,"AUDIT: SESSION,1,1,READ,SELECT,,,""SELECT """"id"""" FROM voters"",<none>,7",,,,,,,,,"portal-web"`,
  `${csvHead},ERROR,42601,"syntax error at or near ""x""",,,,,,"SELECT 'x'x'",12,,"portal-web","client backend"`,
  `${csvHead},LOG,00000,"duration: 1.365 ms",,,,,,,,`,
  '2026-03-03 09:30:00.123 UTC,,,9,,69a6ab1c.9,1,,2026-03-03 09:29:00 UTC,,0,LOG,00000,"checkpoint starting: time",,,,,,,,,"","checkpointer",,0',
].join('\n')

const postgresqlText = [
  '2026-03-03 09:30:00.123 UTC [42] portal@rolls LOG:  statement: SELECT id',
  '\tFROM voters',
  "\tWHERE last = 'O''Brien'",
  '2026-03-03 09:30:00.124 UTC [42] portal@rolls LOG:  execute p: SELECT $1',
  "2026-03-03 09:30:00.124 UTC [42] portal@rolls DETAIL:  parameters: $1 = 'LOG:  x'",
  '2026-03-03 09:30:00.125 UTC [42] portal@rolls LOG:  AUDIT: SESSION,1,1,READ,SELECT,,,"SELECT id',
  '\tFROM voters",<none>,7',
  '2026-03-03 09:30:00.126 UTC [42] portal@rolls LOG:  duration: 1.365 ms',
  '2026-03-03 09:30:01 UTC [42]: [5-1] user=portal,db=rolls,app=portal-web,client=10.0.0.5 ERROR:  syntax error at character 9',
  "2026-03-03 09:30:01 UTC [42]: [6-1] user=portal,db=rolls,app=portal-web,client=10.0.0.5 STATEMENT:  SELECT 'x'x'",
  '2026-03-03 09:30:02.000 UTC [9] LOG:  checkpoint starting: time',
].join('\n')

const mysqlGeneral = [
  '/usr/sbin/mysqld, Version: 8.0.36 (MySQL Community Server - GPL). started with:',
  'Tcp port: 3306  Unix socket: /run/mysqld/mysqld.sock',
  'Time                 Id Command    Argument',
  '2026-03-03T09:30:00.123456Z\t    8 Connect\tportal@10.0.0.5 on rolls using TCP/IP',
  '2026-03-03T09:30:00.123999Z\t    8 Query\tSELECT id',
  'FROM voters',
  '',
  "WHERE last = 'O''Brien'",
  '2026-03-03T09:30:00.124000Z\t    8 Prepare\tSELECT ?',
  "2026-03-03T09:30:00.124500Z\t    8 Execute\tSELECT 'x'",
  '2026-03-03T09:30:00.125000Z\t    8 Quit\t',
  '260303  9:30:01\t    9 Connect\tportal@localhost as anonymous on rolls',
  '\t\t    9 Query\tSELECT 2',
  '\t\t    9 Init DB\tarchive',
  '260303 10:30:01\t   10 Query\tSELECT 3',
].join('\n')

const mysqlAudit = [
  '[',
  '{ "timestamp": "2026-03-03 09:30:00", "id": 1, "class": "general", "event": "status", "connection_id": 8,',
  '  "account": { "user": "portal", "host": "web" }, "login": { "user": "portal", "os": "", "ip": "10.0.0.5", "proxy": "" },',
  '  "general_data": { "command": "Query", "sql_command": "select", "query": "SELECT \\"a\\"\\nFROM voters", "status": 0 },',
  '  "query_statistics": { "query_time": 0.25, "rows_sent": 7, "rows_examined": 7 } },',
  '{ "timestamp": "2026-03-03 09:30:01", "id": 2, "class": "connection", "event": "disconnect", "connection_id": 8 },',
  '{"audit_record":{"name":"Query","record":"2_2026","timestamp":"2026-03-03T09:30:02Z","command_class":"select","connection_id":"9","status":1064,"sqltext":"SELECT \'","user":"portal[portal] @ web [10.0.0.5]","host":"web","os_user":"","ip":"10.0.0.5","db":"rolls"}}',
  ']',
  '<?xml version="1.0" encoding="utf-8"?>',
  '<AUDIT>',
  ' <AUDIT_RECORD>',
  '  <TIMESTAMP>2026-03-03T09:30:03 UTC</TIMESTAMP>',
  '  <RECORD_ID>3_2026</RECORD_ID>',
  '  <NAME>Query</NAME>',
  '  <CONNECTION_ID>8</CONNECTION_ID>',
  '  <STATUS>0</STATUS>',
  '  <USER>portal[portal] @ web [10.0.0.5]</USER>',
  '  <OS_LOGIN/>',
  '  <SQLTEXT>SELECT 1 &lt; 2 &amp;&amp; &quot;x&quot;',
  '    FROM voters</SQLTEXT>',
  ' </AUDIT_RECORD>',
  '<AUDIT_RECORD',
  '  NAME="Query"',
  '  TIMESTAMP="2026-03-03T09:30:04 UTC"',
  '  CONNECTION_ID="8"',
  '  STATUS="1146"',
  '  SQLTEXT="SELECT 1 &gt; 0&#10;FROM nowhere"',
  '  USER="portal[portal] @ web [10.0.0.5]"',
  '  IP="10.0.0.5"/>',
  '</AUDIT>',
  "20260303 09:30:05,db1,portal,10.0.0.5,8,77,QUERY,rolls,'SELECT \\'O\\\\\\'Brien\\'\\nFROM voters',0",
  '20260303 09:30:05,db1,portal,10.0.0.5,8,77,READ,rolls,voters,',
  '20260303 09:30:06,db1,portal,10.0.0.5,8,0,DISCONNECT,rolls,,0',
  '"Query","5_2026","2026-03-03T09:30:07 UTC","select","8",0,"SELECT ""a""',
  'FROM voters","portal[portal] @ web [10.0.0.5]","web","","10.0.0.5","rolls"',
].join('\n')

const sqlserverAuditCsv = [
  'event_time,sequence_number,action_id,succeeded,session_id,server_principal_name,database_name,schema_name,object_name,statement,client_ip,application_name,duration_milliseconds,response_rows,affected_rows',
  '2026-03-03 09:30:00.1234567,1,SL  ,1,55,portal,Rolls,dbo,Voters,"SELECT ""Id""',
  "FROM dbo.Voters WHERE Last = N'O''Brien'\",10.0.0.5,Portal,12,7,0",
  '2026-03-03 09:30:01.0000000,1,SL  ,true,55,portal,Rolls,dbo,Voters,"SELECT 1, ",10.0.0.5,Portal,1,1,0',
  '2026-03-03 09:30:01.0000000,2,SL  ,true,55,portal,Rolls,dbo,Voters,"2, 3",10.0.0.5,Portal,1,1,0',
  "2026-03-03 09:30:02.0000000,1,UP  ,0,55,portal,Rolls,dbo,Voters,UPDATE dbo.Voters SET Last = N'x',NULL,Portal,NULL,0,3",
  '2026-03-03 09:30:03.0000000,1,LGIS,1,55,portal,,,,-- network protocol: TCP/IP,10.0.0.5,Portal,0,0,0',
].join('\n')

const samples: Readonly<Record<string, string>> = {
  'postgresql-json': postgresqlJson,
  'postgresql-csv': postgresqlCsv,
  'postgresql-text': postgresqlText,
  'mysql-general': mysqlGeneral,
  'mysql-audit': mysqlAudit,
  'sqlserver-audit-csv': sqlserverAuditCsv,
}

/** Good input of a format, by the format's name. */
export const sampleOf = (name: string): string => `${samples[name] ?? ''}\n`
