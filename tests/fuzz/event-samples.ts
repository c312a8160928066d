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
}
