/** The configuration file that the desk writes at its first start: all that can be said, with what it means. */

/** The text of a new `bellwether.toml`. */
export const configurationTemplate = `# The configuration of this Bellwether desk. Lines that begin with # are explanations or examples.
# Change a line, save, and start the desk again. A mistake is told with its line, and nothing is damaged.

[office]
# name = "Maple County Clerk"
# Scanners that you ordered: their scans are reported as authorised.
# authorised_scanners = ["198.51.100.7"]
# People and systems that look up many voters as their work: addresses, ranges or sign-in names.
# known_users = ["192.0.2.0/25"]
# Your own proxies and load balancers, so that the visitor behind them is seen.
# trusted_proxies = ["10.0.0.0/8"]
# Pages that show a voter's record. Without this, Bellwether finds them itself.
# lookup_pages = ["/voter/lookup"]

[listen]
# Where the console is opened. 127.0.0.1 is this computer alone.
address = "127.0.0.1"
port = 7316
# To open it to the office's network, give a certificate, its key, and the names it is opened under.
# address = "0.0.0.0"
# hosts = ["bellwether.maple.example"]
# certificate = "/etc/bellwether/fullchain.pem"
# key = "/etc/bellwether/privkey.pem"
# Or leave it at 127.0.0.1 behind a web server with TLS, and say who that is:
# public_origin = "https://bellwether.maple.example"
# trusted_proxies = ["127.0.0.1"]

[archive]
# Every record is kept this long, on this computer, to be searched when a new address becomes known.
enabled = true
keep_days = 90
keep_gigabytes = 20

[store]
# Findings and decisions are kept in a file beside this one. A larger office can use PostgreSQL:
# database_url = "postgres://bellwether@127.0.0.1/bellwether"

# Sources. Each begins with [[source]]. They can also be added in the console.
#
# [[source]]
# id = "web-server"
# title = "Web server"
# kind = "follow"
# paths = ["/var/log/nginx/access.log"]
#
# [[source]]
# id = "firewall"
# title = "Firewall"
# kind = "syslog"
# transport = "tls"            # udp, tcp or tls
# address = "0.0.0.0"
# port = 6514
#
# [[source]]
# id = "usb-stick"
# title = "USB stick of the counting room"
# kind = "drop"
# folder = "/media/usb"
# trusted_keys = []            # keys that \`bellwether pack\` prints

# [[source]]
# id = "mail-server"
# title = "Our mail server"
# kind = "milter"              # postfix or sendmail ask about each mail: see docs/how-to/mail.md
# port = 7357
# mode = "watch"               # watch, tag (adds headers) or hold (also holds attacks)
#
# [[source]]
# id = "elections-mailbox"
# title = "Mailbox of the elections desk"
# kind = "imap"                # also "microsoft-365" and "google-workspace"
# host = "imap.maple.example"
# user = "elections@maple.example"
# password_file = "/etc/bellwether/imap.secret"

[mail]
# Your own domains and people: mail that only poses as theirs is told.
# domains = ["maple.example"]
# people = ["Maria Garza", "Jo Lee"]
# Your own mail servers, whose checks of the sender (SPF, DKIM, DMARC) are believed.
# trusted_servers = ["mx.maple.example"]
# Private addresses that are known to be of vendors' staff or of your own people.
# known_addresses = ["field.engineer@mail.example"]
# Lists of vendors and bodies, as your state hands them out. You can also add to the registry in the console.
# lists = ["/etc/bellwether/vendors.json"]
# Take lists only if one of these keys signed them (\`bellwether mail sign\` shows a key).
# list_keys = []
# Who signs reports of fraudulent mail.
# report_from = "elections@maple.example"
keep_days = 90
# Ask the system's name servers who may send mail for a domain.
ask_name_servers = true

[rules]
# Detection rules (Sigma) for computers, servers, networks and clouds, beside those that come with Bellwether.
# paths = ["/srv/rules"]
# Who is who here, for rules that ask: see docs/how-to/rules.md.
# placeholders = { Administrators = ["m.garza"] }

[block]
# Addresses that are never blocked, beside those of [office].
# never = [{ network = "192.0.2.0/24", reason = "the state's network" }]
# Firewalls can fetch the list: switch that on in the console.
# Keep blocked addresses out on this computer (needs the right to change nftables).
nftables = false
# [block.nginx]
# include = "/etc/nginx/bellwether/blocks.conf"   # see docs/how-to/block.md
# [block.apache]
# include = "/etc/apache2/bellwether/blocks.conf"
`
