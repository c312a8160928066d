/** Tells this machine's own names from others: what goes there crosses no network. */

/** Whether a host, without port and brackets, is this machine (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
