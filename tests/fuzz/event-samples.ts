/** Good input of each format of events, by its name: invented lines in the writer's own form. The fuzzer begins with them,
 *  and the test of recognition shows each to all formats. */

const auditTime = 'audit(1782180000.123:4711)'

export const eventSamples: Readonly<Record<string, readonly string[]>> = {
  auditd: [
    [
      `type=SYSCALL msg=${auditTime}: arch=c000003e syscall=59 success=yes exit=0 a0=55d0 a1=55d1 a2=55d2 a3=0 items=2 ppid=900 pid=901 auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3 comm="curl" exe="/usr/bin/curl" key="susp_activity"\x1dARCH=x86_64 SYSCALL=execve AUID="clerk" UID="root"`,
      `type=EXECVE msg=${auditTime}: argc=3 a0="curl" a1="-o" a2=2F746D702F61206220`,
      `type=CWD msg=${auditTime}: cwd="/root"`,
      `type=PATH msg=${auditTime}: item=0 name="/usr/bin/curl" inode=131 dev=fd:00 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL`,
      `type=PROCTITLE msg=${auditTime}: proctitle=6375726C002D6F002F746D702F612062`,
      '',
    ].join('\n'),
    [
      'node=ems1 type=SYSCALL msg=audit(1782180001.5:9): arch=c000003e syscall=42 success=no exit=-115 a0=3 ppid=1 pid=77 uid=33 comm="sh" exe="/usr/bin/dash" key=(null)',
      'node=ems1 type=SOCKADDR msg=audit(1782180001.5:9): saddr=020001BBC0000201000000000000000000',
      'type=USER_CMD msg=audit(1782180002.1:10): pid=5 uid=1000 auid=1000 ses=1 msg=\'cwd="/home/clerk" cmd=6C73202D6C exe="/usr/bin/sudo" terminal=pts/0 res=success\'',
      'type=SERVICE_STOP msg=audit(1782180003.0:11): pid=1 uid=0 auid=4294967295 ses=4294967295 msg=\'unit=firewalld comm="systemd" exe="/usr/lib/systemd/systemd" hostname=? addr=? terminal=? res=success\'',
      '',
    ].join('\n'),
    '----\ntype=SYSCALL msg=audit(06/23/2026 02:00:00.123:12) : arch=x86_64 syscall=openat success=yes exit=3 pid=9 uid=root comm=touch exe=/usr/bin/touch\ntype=PATH msg=audit(06/23/2026 02:00:00.123:12) : item=1 name=new file nametype=CREATE\n',
  ],
  syslog: [
    'Jun 23 02:00:01 web1 sshd[1201]: Failed password for invalid user admin from 192.0.2.7 port 50212 ssh2\nJun 23 02:00:03 web1 sshd[1201]: Accepted publickey for clerk from 198.51.100.4 port 40022 ssh2: RSA SHA256:abc\nJun 23 02:01:00 web1 sudo:    clerk : TTY=pts/0 ; PWD=/home/clerk ; USER=root ; COMMAND=/usr/bin/systemctl stop firewalld\n',
    '<86>1 2026-06-23T02:00:01.5+02:00 web1 sshd 1201 - - pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=root\n<38>Jun 23 02:00:02 web1 su[9]: FAILED SU (to root) clerk on pts/1\n',
    '2026-06-23T02:00:00.123456+00:00 web1 CRON[33]: (root) CMD (/usr/local/bin/backup.sh --all)\nTue 2026-06-23 02:00:01 UTC web1 kernel: [UFW BLOCK] IN=eth0 OUT= SRC=192.0.2.9 DST=10.0.0.5 PROTO=TCP SPT=55 DPT=22\n1782180000.123456 web1 useradd[4]: new user: name=helper, UID=0, GID=0, home=/root, shell=/bin/bash\n',
  ],
  'suricata-eve': [
    '{"timestamp":"2026-06-23T02:00:00.123456+0000","flow_id":1234567890123456789,"in_iface":"eth0","event_type":"alert","src_ip":"192.0.2.7","src_port":4000,"dest_ip":"10.0.0.5","dest_port":80,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2010,"signature":"TEST \\"quoted\\" rule","category":"Attempt","severity":1},"http":{"hostname":"vote.example","url":"/a?b=1","http_user_agent":"x","http_method":"GET","status":200}}\n',
    '{"timestamp":"2026-06-23T02:00:01.0+0200","event_type":"dns","src_ip":"10.0.0.9","src_port":5,"dest_ip":"10.0.0.1","dest_port":53,"proto":"UDP","dns":{"version":3,"type":"response","queries":[{"rrname":"a.example","rrtype":"A"}],"answers":[{"rrname":"a.example","rrtype":"A","rdata":"192.0.2.1"},{"rrname":"a.example","rrtype":"TXT","rdata":"x"}]}}\n{"timestamp":"2026-06-23T02:00:02.0+0000","event_type":"stats","stats":{"uptime":1}}\n',
  ],
  'zeek-json': [
    '{"ts":1782180000.123456,"uid":"C1","id.orig_h":"10.0.0.9","id.orig_p":5353,"id.resp_h":"10.0.0.1","id.resp_p":53,"proto":"udp","query":"a.example","qclass":1,"qtype":1,"qtype_name":"A","rcode":0,"AA":false,"Z":0,"answers":["192.0.2.1","192.0.2.2"],"rejected":false}\n',
    '{"_path":"http","ts":"2026-06-23T02:00:00.5Z","uid":"C2","id.orig_h":"10.0.0.9","id.resp_h":"192.0.2.2","trans_depth":1,"method":"PUT","host":"x.example","uri":"/a.exe","user_agent":"WebDAV","status_code":201,"resp_mime_types":["application/x-dosexec"]}\n',
  ],
  'zeek-tsv': [
    '#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n#open\t2026-06-23-02-00-00\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tquery\tanswers\tTTLs\trejected\n#types\ttime\tstring\taddr\tport\tstring\tvector[string]\tvector[interval]\tbool\n1782180000.123456\tC1\t10.0.0.9\t5353\ta.example\t192.0.2.1,TXT a\\x2cb\t60.000000,1.5\tF\n1782180001.0\tC2\t10.0.0.9\t5353\t-\t(empty)\t-\tT\n#close\t2026-06-23-03-00-00\n#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tconn_state\n#types\ttime\tstring\taddr\tstring\n1782180002.0\tC3\t10.0.0.9\tSF\n',
  ],
  'journald-json': [
    '{"__CURSOR":"s=1","__REALTIME_TIMESTAMP":"1782180000123456","_BOOT_ID":"b","_HOSTNAME":"web1","_PID":"12","_COMM":"sshd","SYSLOG_IDENTIFIER":"sshd","PRIORITY":"6","MESSAGE":"Failed password for root from 192.0.2.7 port 50212 ssh2"}\n',
    '{"__CURSOR":"s=1","__REALTIME_TIMESTAMP":"1782180000123456","_BOOT_ID":"b","_HOSTNAME":"web1","_PID":"12","_COMM":"sshd","SYSLOG_IDENTIFIER":"sshd","PRIORITY":"6","MESSAGE":[97,255,98]}\n{"__CURSOR":"s=1","__REALTIME_TIMESTAMP":"1782180000123456","_BOOT_ID":"b","_HOSTNAME":"web1","_PID":"12","_COMM":"sshd","SYSLOG_IDENTIFIER":"sshd","PRIORITY":"6","MESSAGE":"Failed password for root from 192.0.2.7 port 50212 ssh2","_TRANSPORT":"audit"}\n',
  ],
  'journald-export': [
    '__CURSOR=s=1\n__REALTIME_TIMESTAMP=1782180000123456\n_HOSTNAME=web1\n_PID=12\nSYSLOG_IDENTIFIER=sudo\nMESSAGE=   clerk : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/id\n\n__CURSOR=s=2\n__REALTIME_TIMESTAMP=1782180001123456\n_HOSTNAME=web1\nSYSLOG_IDENTIFIER=app\nMESSAGE\n\x06\0\0\0\0\0\0\0a\n\nb=c\n_COMM=app\n\n',
  ],
  cef: [
    'CEF:0|Maple|Firewall|1.0|100|Blocked \\| dropped|7|rt=1782180000123 src=192.0.2.7 spt=4000 dst=10.0.0.5 dpt=3389 act=deny cs1Label=Rule Name cs1=outside in msg=a\\=b c=d e\n<134>1 2026-06-23T02:00:00Z fw1 cef - - - CEF:0|Maple|Firewall|1.0|101|Allowed|1|src=192.0.2.8 dst=10.0.0.5 act=allow\n',
  ],
  leef: [
    'LEEF:1.0|Maple|Gateway|2|LOGIN_FAILED|devTime=2026-06-23T02:00:00Z\tsrc=192.0.2.7\tusrName=clerk\nLEEF:2.0|Maple|Gateway|2|DENY|^|devTime=Jun 23 2026 02:00:00^src=192.0.2.7^dst=10.0.0.5^dstPort=22\nLEEF:2.0|Maple|Gateway|2|DENY|x09|devTime=Jun 23 2026 02:00:00\tsrc=192.0.2.7\n',
  ],
  'm365-json': [
    '{"CreationTime":"2026-06-23T02:00:00","Id":"11111111-2222-4333-8444-000000000005","Operation":"New-InboxRule","OrganizationId":"aaaa","RecordType":1,"ResultStatus":"True","UserId":"clerk@county.example","Workload":"Exchange","ClientIP":"192.0.2.7","Parameters":[{"Name":"ForwardTo","Value":"x@mail.example"},{"Name":"Name","Value":"."}]}\n',
    '[{"CreationTime":"2026-06-23T02:00:00","Id":"11111111-2222-4333-8444-000000000005","Operation":"New-InboxRule","OrganizationId":"aaaa","RecordType":1,"ResultStatus":"True","UserId":"clerk@county.example","Workload":"Exchange","ClientIP":"192.0.2.7","Parameters":[{"Name":"ForwardTo","Value":"x@mail.example"},{"Name":"Name","Value":"."}]},{"CreationTime":"2026-06-23T02:00:00","Id":"11111111-2222-4333-8444-000000000005","Operation":"UserLoggedIn","OrganizationId":"aaaa","RecordType":1,"ResultStatus":"True","UserId":"clerk@county.example","Workload":"AzureActiveDirectory","ClientIP":"192.0.2.7","Parameters":[{"Name":"ForwardTo","Value":"x@mail.example"},{"Name":"Name","Value":"."}]}]\n',
    '{"RecordType":"ExchangeAdmin","CreationDate":"2026-06-23T02:00:00","UserIds":"x","Operations":"New-InboxRule","AuditData":"{\\"CreationTime\\":\\"2026-06-23T02:00:00\\",\\"Id\\":\\"11111111-2222-4333-8444-000000000005\\",\\"Operation\\":\\"New-InboxRule\\",\\"OrganizationId\\":\\"aaaa\\",\\"RecordType\\":1,\\"ResultStatus\\":\\"True\\",\\"UserId\\":\\"clerk@county.example\\",\\"Workload\\":\\"Exchange\\",\\"ClientIP\\":\\"192.0.2.7\\",\\"Parameters\\":[{\\"Name\\":\\"ForwardTo\\",\\"Value\\":\\"x@mail.example\\"},{\\"Name\\":\\"Name\\",\\"Value\\":\\".\\"}]}"}\n',
  ],
  'm365-csv': [
    'CreationDate,UserIds,Operations,AuditData\r\n2026-06-23T02:00:00.0000000Z,clerk@county.example,New-InboxRule,"{""CreationTime"":""2026-06-23T02:00:00"",""Id"":""11111111-2222-4333-8444-000000000005"",""Operation"":""New-InboxRule"",""OrganizationId"":""aaaa"",""RecordType"":1,""ResultStatus"":""True"",""UserId"":""clerk@county.example"",""Workload"":""Exchange"",""ClientIP"":""192.0.2.7"",""Parameters"":[{""Name"":""ForwardTo"",""Value"":""x@mail.example""},{""Name"":""Name"",""Value"":"".""}]}"\r\n',
  ],
  entra: [
    '{"time":"2026-06-23T02:00:00Z","resourceId":"/tenants/a/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","resultType":"50126","callerIpAddress":"192.0.2.7","properties":{"createdDateTime":"2026-06-23T02:00:00.5Z","userPrincipalName":"clerk@county.example","status":{"errorCode":50126},"riskEventTypes_v2":[]}}\n',
    '{"@odata.context":"https://graph.example/auditLogs","value":[{"id":"s1","createdDateTime":"2026-06-23T02:00:00Z","userPrincipalName":"clerk@county.example","ipAddress":"192.0.2.7","status":{"errorCode":0}},{"id":"a1","activityDateTime":"2026-06-23T02:00:01Z","activityDisplayName":"Consent to application","targetResources":[{"displayName":"App","modifiedProperties":[{"displayName":"ConsentContext.IsAdminConsent","newValue":"\\"False\\""}]}]}],"@odata.nextLink":"https://graph.example/next"}',
  ],
  cloudtrail: [
    '{"Records":[{"eventVersion":"1.10","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/it","accountId":"111122223333"},"eventTime":"2026-06-23T02:00:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.7","userAgent":"aws-cli","requestParameters":{"name":"trail"},"responseElements":null,"eventID":"e1","eventType":"AwsApiCall"},{"eventVersion":"1.10","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/it","accountId":"111122223333"},"eventTime":"2026-06-23T02:00:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"DeleteTrail","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.7","userAgent":"aws-cli","requestParameters":{"name":"trail"},"responseElements":null,"eventID":"e1","eventType":"AwsApiCall","errorCode":"AccessDenied"}]}',
    '{"eventVersion":"1.10","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/it","accountId":"111122223333"},"eventTime":"2026-06-23T02:00:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"ListBuckets","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.7","userAgent":"aws-cli","requestParameters":{"name":"trail"},"responseElements":null,"eventID":"e1","eventType":"AwsApiCall"}\n{"eventVersion":"1.10","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/it","accountId":"111122223333"},"eventTime":"2026-06-23T02:00:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.7","userAgent":"aws-cli","requestParameters":{"name":"trail"},"responseElements":null,"eventID":"e1","eventType":"AwsApiCall"}\n',
    '{\n  "Records": [\n    {\n      "eventVersion": "1.10",\n      "userIdentity": {\n        "type": "IAMUser",\n        "arn": "arn:aws:iam::111122223333:user/it",\n        "accountId": "111122223333"\n      },\n      "eventTime": "2026-06-23T02:00:00Z",\n      "eventSource": "cloudtrail.amazonaws.com",\n      "eventName": "StopLogging",\n      "awsRegion": "us-east-1",\n      "sourceIPAddress": "192.0.2.7",\n      "userAgent": "aws-cli",\n      "requestParameters": {\n        "name": "trail"\n      },\n      "responseElements": null,\n      "eventID": "e1",\n      "eventType": "AwsApiCall"\n    }\n  ]\n}',
  ],
  'google-workspace': [
    '{"kind":"admin#reports#activities","items":[{"kind":"admin#reports#activity","id":{"time":"2026-06-23T02:00:00.000Z","uniqueQualifier":"1","applicationName":"admin","customerId":"C1"},"actor":{"email":"it@county.example"},"ipAddress":"192.0.2.7","events":[{"type":"SECURITY_SETTINGS","name":"CHANGE_APPLICATION_SETTING","parameters":[{"name":"SETTING_NAME","value":"x"}]}]}]}\n',
  ],
  'google-cloud': [
    '{"protoPayload":{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","methodName":"v1.compute.firewalls.delete","serviceName":"compute.googleapis.com"},"insertId":"a","resource":{"type":"gce","labels":{"project_id":"p"}},"timestamp":"2026-06-23T02:00:00.123Z","logName":"projects/p/logs/audit"}\n',
  ],
  'nist-event-log-json': [
    '{"@type":"EventLogging.ElectionEventLog","GeneratedTime":"2026-11-03T21:00:00-05:00","ElectionId":"2026-general","Device":[{"@type":"EventLogging.Device","Event":[{"@type":"EventLogging.Event","Id":"E1","Type":"polls","Sequence":"1","TimeStamp":"2026-11-03T06:00:00-05:00","Disposition":"success","Description":"Polls opened"},{"@type":"EventLogging.Event","Id":"E2","Type":"ballot","Sequence":"2","TimeStamp":"2026-11-03T06:10:00-05:00","Disposition":"failure","Description":"Ballot rejected","UserId":"p1"}],"Id":"SCAN-1","Type":"scan-single","Manufacturer":"Maple"},{"@type":"EventLogging.Device","Id":"SCAN-2","Event":[]}]}',
    '{\n "@type": "EventLogging.ElectionEventLog",\n "GeneratedTime": "2026-11-03T21:00:00-05:00",\n "ElectionId": "2026-general",\n "Device": [\n  {\n   "@type": "EventLogging.Device",\n   "Event": [\n    {\n     "@type": "EventLogging.Event",\n     "Id": "E1",\n     "Type": "polls",\n     "Sequence": "1",\n     "TimeStamp": "2026-11-03T06:00:00-05:00",\n     "Disposition": "success",\n     "Description": "Polls opened"\n    },\n    {\n     "@type": "EventLogging.Event",\n     "Id": "E2",\n     "Type": "ballot",\n     "Sequence": "2",\n     "TimeStamp": "2026-11-03T06:10:00-05:00",\n     "Disposition": "failure",\n     "Description": "Ballot rejected",\n     "UserId": "p1"\n    }\n   ],\n   "Id": "SCAN-1",\n   "Type": "scan-single",\n   "Manufacturer": "Maple"\n  },\n  {\n   "@type": "EventLogging.Device",\n   "Id": "SCAN-2",\n   "Event": []\n  }\n ]\n}\n',
  ],
  'nist-event-log-xml': [
    '<?xml version="1.0" encoding="UTF-8"?>\n<!-- log -->\n<ElectionEventLog xmlns="http://itl.nist.gov/ns/voting/1500-101/v1">\n  <Device>\n    <Event>\n      <Description>Polls opened &amp; ready</Description>\n      <Disposition>success</Disposition>\n      <Id>E1</Id>\n      <Sequence>1</Sequence>\n      <TimeStamp>2026-11-03T06:00:00-05:00</TimeStamp>\n      <Type>polls</Type>\n    </Event>\n    <Event><Details><![CDATA[a <b>]]></Details><Disposition>na</Disposition><Id>E2</Id><TimeStamp>2026-11-03T06:01:00-05:00</TimeStamp><Type>x</Type></Event>\n    <Id>SCAN-1</Id>\n    <Type>scan-single</Type>\n  </Device>\n  <ElectionId>2026-general</ElectionId>\n  <GeneratedTime>2026-11-03T21:00:00-05:00</GeneratedTime>\n</ElectionEventLog>\n',
  ],
  'voting-device-log': [
    '0412, 11/03/2026 06:00:12, INFO, 1004, Polls opened\n0412, 11/03/2026 06:10:00, INFO, 1010, Ballot cast, accepted\n0412, 11/03/2026 06:11:00, WARN, 2003, Ballot rejected: overvote\n0412, 11/03/2026 07:00:00, ERROR, 3001, Login failed for supervisor\n',
    '5120012 160980 SUP 11/03/2026 06:17:32 0001635 Terminal opened for voting\n5120012 160980 INI 11/03/2026 06:20:01 0001510 Vote cast by voter\n',
    '2026 Nov 03 07:00:29 | WARNING | ballot box door open\n2026 Nov 03 07:00:40 | INFO | ballot accepted\n',
  ],
}
