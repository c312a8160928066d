/** Tools that name themselves in the user agent, and paths that only somebody in search of a way in asks for. Names and
 *  paths are facts collected from the tools' own documents; what a client does weighs more than what it calls itself. */

/** What a tool is for: `injection` and `guessing` tools attack, `scanner` tools look for weaknesses. */
export interface Tool {
  readonly name: string
  readonly purpose: 'scanner' | 'injection' | 'guessing'
}

const tools: readonly (readonly [needle: string, name: string, purpose: Tool['purpose']])[] = [
  ['sqlmap', 'sqlmap', 'injection'],
  ['ghauri', 'ghauri', 'injection'],
  ['havij', 'Havij', 'injection'],
  ['sqlninja', 'sqlninja', 'injection'],
  ['jsql', 'jSQL', 'injection'],
  ['bsqlbf', 'bsqlbf', 'injection'],
  ['pangolin', 'Pangolin', 'injection'],
  ['absinthe', 'Absinthe', 'injection'],
  ['commix', 'commix', 'injection'],
  ['hydra', 'Hydra', 'guessing'],
  ['medusa', 'Medusa', 'guessing'],
  ['patator', 'Patator', 'guessing'],
  ['nikto', 'Nikto', 'scanner'],
  ['wfuzz', 'Wfuzz', 'scanner'],
  ['fuzz faster', 'ffuf', 'scanner'],
  ['ffuf', 'ffuf', 'scanner'],
  ['gobuster', 'gobuster', 'scanner'],
  ['dirbuster', 'DirBuster', 'scanner'],
  ['dirsearch', 'dirsearch', 'scanner'],
  ['feroxbuster', 'feroxbuster', 'scanner'],
  ['rustbuster', 'rustbuster', 'scanner'],
  ['whatweb', 'WhatWeb', 'scanner'],
  ['wpscan', 'WPScan', 'scanner'],
  ['joomscan', 'JoomScan', 'scanner'],
  ['droopescan', 'droopescan', 'scanner'],
  ['wapiti', 'Wapiti', 'scanner'],
  ['w3af', 'w3af', 'scanner'],
  ['arachni', 'Arachni', 'scanner'],
  ['skipfish', 'skipfish', 'scanner'],
  ['acunetix', 'Acunetix', 'scanner'],
  ['netsparker', 'Netsparker', 'scanner'],
  ['invicti', 'Invicti', 'scanner'],
  ['appscan', 'AppScan', 'scanner'],
  ['webinspect', 'WebInspect', 'scanner'],
  ['qualys', 'Qualys', 'scanner'],
  ['nessus', 'Nessus', 'scanner'],
  ['openvas', 'OpenVAS', 'scanner'],
  ['greenbone', 'Greenbone', 'scanner'],
  ['rapid7', 'Rapid7', 'scanner'],
  ['nuclei', 'Nuclei', 'scanner'],
  ['jaeles', 'Jaeles', 'scanner'],
  ['nmap', 'Nmap', 'scanner'],
  ['masscan', 'masscan', 'scanner'],
  ['zgrab', 'ZGrab', 'scanner'],
  ['zmeu', 'ZmEu', 'scanner'],
  ['jorgee', 'Jorgee', 'scanner'],
  ['morfeus', 'Morfeus', 'scanner'],
  ['vega/', 'Vega', 'scanner'],
  ['grabber', 'Grabber', 'scanner'],
  ['golismero', 'GoLismero', 'scanner'],
  ['metis', 'Metis', 'scanner'],
  ['uniscan', 'Uniscan', 'scanner'],
  ['paros', 'Paros', 'scanner'],
  ['webshag', 'Webshag', 'scanner'],
  ['httprint', 'httprint', 'scanner'],
  ['l9explore', 'LeakIX', 'scanner'],
  ['leakix', 'LeakIX', 'scanner'],
  ['cgichk', 'cgichk', 'scanner'],
]

/** The tool that a user agent names, if any. */
export function toolNamed(agent: string): Tool | undefined {
  if (agent === '') return undefined
  const text = agent.toLowerCase()
  const found = tools.find(([needle]) => text.includes(needle))
  return found === undefined ? undefined : { name: found[1], purpose: found[2] }
}

const probedParts: readonly string[] = [
  '/.env', '/.git', '/.svn', '/.hg/', '/.bzr', '/.ds_store', '/.htpasswd', '/.htaccess', '/.aws', '/.ssh', '/.docker',
  '/.vscode', '/.idea', '/.npmrc', '/.bash_history', '/wp-login', '/wp-admin', '/wp-content', '/wp-includes',
  '/wp-config', '/wordpress', '/xmlrpc.php', '/phpmyadmin', '/pma/', '/myadmin', '/dbadmin', '/mysqladmin', '/adminer',
  '/phpinfo', '/phpunit', '/eval-stdin', '/cgi-bin/', '/actuator', '/jmx-console', '/web-console', '/manager/html',
  '/invoker/', '/solr/', '/jenkins', '/hudson', '/struts', '/weblogic', '/wls-wsat', '/console/login', '/hnap1',
  '/boaform', '/goform', '/setup.cgi', '/owa/', '/ecp/', '/autodiscover', '/remote/fgt_lang', '/dana-na', '/vpn/',
  '/global-protect', '/mgmt/tm/', '/tmui/', '/sdk', '/nmaplowercheck', '/trinity.txt', '/server-status',
  '/server-info', '/web.config', '/elmah.axd', '/trace.axd', '/etc/passwd', '/etc/shadow', '/proc/self', '/win.ini',
  '/boot.ini', '/id_rsa', '/backup.sql', '/dump.sql', '/database.sql', '/db.sql', '/telescope', '/_ignition',
  '/laravel', '/drupal', '/joomla', '/typo3', '/magento', '/shell.php', '/c99', '/r57', '/cmd.jsp', '/_cat/', '/_search',
  '/api/jsonws', '/swagger', '/graphql', '/debug/default', '/config.json', '/config.php', '/credentials',
] // biome-ignore format: a table
const probedEndings: readonly string[] = [
  '.bak',
  '.old',
  '.orig',
  '.save',
  '.swp',
  '.sql',
  '.sql.gz',
  '.tar.gz',
  '.tgz',
  '~',
  '.mdb',
  '.inc',
  '.pem',
  '.key',
  '.pfx',
]
const secretParts: readonly string[] = [
  '/.env',
  '/.git/',
  '/.aws/',
  '/.ssh/',
  '/id_rsa',
  '/.htpasswd',
  '/wp-config',
  '/web.config',
  '.sql',
  '/etc/passwd',
  '.bak',
  '.pem',
]

/** What a path tells about the person who asks for it: nothing, that they look for known weak spots, or that they look
 *  for secrets, which are lost if the site answers. */
export function probedPath(path: string): 'no' | 'weakness' | 'secret' {
  const text = path.toLowerCase()
  const traversal = text.includes('../') || text.includes('..\\') || text.includes('..%2f') || text.includes('%2e%2e')
  if (secretParts.some((part) => text.includes(part))) return 'secret'
  if (traversal || probedParts.some((part) => text.includes(part))) return 'weakness'
  return probedEndings.some((ending) => text.endsWith(ending)) ? 'weakness' : 'no'
}

/** True for a path where people sign in, by the words that sites use for it. */
export function isSignInPath(path: string): boolean {
  return /(?:^|[/_.-])(?:log-?in|sign-?in|log-?on|authenticate|auth|session|sso|signon)(?:$|[/_.-])/i.test(path)
}
