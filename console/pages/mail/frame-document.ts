/** The document of the frame in which a mail is looked at. The desk has made the mail's HTML anew from an allow-list; this
 *  puts a policy of its own around it, so that even what slipped through could neither load nor run nor be sent. */

/** Nothing may be loaded, run, framed or sent. It comes on top of the page's own policy and of the frame's `sandbox`. */
const policy = "default-src 'none'; form-action 'none'; base-uri 'none'"

/** The document. A style would need a hole in the policy; the old words for colours and letters need none. */
export const frameDocument = (view: string): string =>
  [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light">',
    // The body takes the focus, so that the keyboard scrolls it: nothing else in it can.
    '<title>Mail</title></head><body tabindex="0" bgcolor="#ffffff" text="#1b1b1b">',
    `<font face="Arial, Helvetica, sans-serif">${view}</font></body></html>`,
  ].join('')
