/** Domains where anybody gets a mail address for nothing within a minute, and hosts where anybody gets a page. Facts
 *  gathered from the services' own sites; subdomains are meant too. */

export const freeMailDomains: ReadonlySet<string> = new Set(
  `gmail.com googlemail.com outlook.com hotmail.com live.com msn.com passport.com yahoo.com ymail.com rocketmail.com
  myyahoo.com aol.com aim.com icloud.com me.com mac.com proton.me protonmail.com protonmail.ch pm.me tutanota.com
  tutanota.de tutamail.com tuta.io tuta.com keemail.me zoho.com zohomail.com zohomail.eu gmx.com gmx.net gmx.de gmx.at
  gmx.ch gmx.us gmx.co.uk gmx.fr mail.com email.com usa.com consultant.com engineer.com post.com europe.com asia.com
  iname.com writeme.com dr.com cheerful.com accountant.com techie.com myself.com yandex.com yandex.ru ya.ru mail.ru
  bk.ru inbox.ru list.ru internet.ru rambler.ru web.de freenet.de t-online.de arcor.de mail.de posteo.de posteo.net
  mailbox.org fastmail.com fastmail.fm hushmail.com hush.com hushmail.me runbox.com disroot.org riseup.net cock.li
  mailfence.com startmail.com countermail.com ctemplar.com onionmail.org cyberfear.com inbox.com inbox.lv lycos.com
  excite.com rediffmail.com in.com sify.com indiatimes.com qq.com foxmail.com 163.com 126.com yeah.net sina.com
  sina.cn sohu.com tom.com 139.com 189.cn aliyun.com naver.com hanmail.net daum.net nate.com libero.it virgilio.it
  tiscali.it alice.it tin.it email.it laposte.net orange.fr wanadoo.fr free.fr sfr.fr neuf.fr voila.fr uol.com.br
  bol.com.br terra.com.br ig.com.br globo.com seznam.cz centrum.cz email.cz post.cz wp.pl o2.pl onet.pl interia.pl
  op.pl gazeta.pl abv.bg ukr.net i.ua meta.ua bigmir.net btinternet.com sky.com virginmedia.com talktalk.net
  blueyonder.co.uk ntlworld.com comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net
  earthlink.net juno.com netzero.net optonline.net frontier.com frontiernet.net centurylink.net windstream.net
  rogers.com shaw.ca sympatico.ca telus.net bigpond.com optusnet.com.au iinet.net.au xtra.co.nz telenet.be skynet.be
  ziggo.nl planet.nl home.nl kpnmail.nl online.no bluewin.ch sapo.pt mynet.com walla.com walla.co.il maktoob.com
  mailinator.com guerrillamail.com guerrillamail.net sharklasers.com yopmail.com temp-mail.org tempmail.com
  10minutemail.com trashmail.com dispostable.com getnada.com maildrop.cc moakt.com tempail.com throwawaymail.com
  mailnesia.com emailondeck.com mohmal.com burnermail.io simplelogin.com duck.com addy.io anonaddy.com skiff.com
  hey.com swissmail.org vivaldi.net zoznam.sk azet.sk freemail.hu citromail.hu mail.bg mail.ee hot.ee`
    .split(/\s+/)
    .filter((domain) => domain !== ''),
)

/** Families with a domain in many countries: `yahoo.co.uk`, `hotmail.fr`, `outlook.com.br`. */
const families = /^(?:yahoo|hotmail|outlook|live|yandex|gmx|aol|ymail|zohomail|tutanota)\.(?:com?\.)?[a-z]{2,3}$/

/** Whether a registrable domain gives mail addresses to anybody. */
export const isFreeMail = (domain: string): boolean => freeMailDomains.has(domain) || families.test(domain)

export const linkShorteners: ReadonlySet<string> = new Set(
  `bit.ly tinyurl.com t.co goo.gl ow.ly is.gd buff.ly rebrand.ly cutt.ly shorturl.at rb.gy t.ly tiny.cc bl.ink v.gd
  s.id lnkd.in qrco.de qr.ae adf.ly bit.do soo.gd clck.ru u.to x.co tr.im cli.gs short.io tinyurl.is surl.li urlz.fr
  shorturl.asia n9.cl acortar.link encurtador.com.br l.ead.me urls.fr kutt.it dub.sh shrtco.de han.gl me2.do vk.cc
  tny.im wp.me fb.me youtu.be amzn.to spoti.fi lihi.cc reurl.cc ppt.cc gg.gg 2u.pw rotf.lol linktr.ee hyperurl.co
  snip.ly bitly.ws shorter.me qr.net zpr.io linklyhq.com swll.to mtr.cool e.vg grabify.link iplogger.org`
    .split(/\s+/)
    .filter((domain) => !['', 'youtu.be', 'fb.me', 'amzn.to', 'spoti.fi', 'wp.me', 'lnkd.in'].includes(domain)),
)

/** Where anybody puts a page or a file under somebody else's name. Ends of hosts. */
export const freeHosting: ReadonlySet<string> = new Set(
  `000webhostapp.com weebly.com wixsite.com webflow.io netlify.app vercel.app pages.dev workers.dev r2.dev web.app
  firebaseapp.com appspot.com run.app github.io gitlab.io glitch.me repl.co replit.app herokuapp.com onrender.com
  fly.dev surge.sh blogspot.com wordpress.com square.site godaddysites.com mystrikingly.com carrd.co jimdosite.com
  yolasite.com ucoz.net altervista.org byethost.com infinityfreeapp.com epizy.com rf.gd ngrok.io ngrok-free.app
  trycloudflare.com duckdns.org ddns.net no-ip.org hopto.org serveo.net sites.google.com docs.google.com
  forms.gle storage.googleapis.com firebasestorage.googleapis.com s3.amazonaws.com blob.core.windows.net
  web.core.windows.net azurewebsites.net azureedge.net cloudfront.net ipfs.io cloudflare-ipfs.com dweb.link
  ipfs.dweb.link fleek.co translate.goog typeform.com jotform.com formstack.com formspree.io wufoo.com
  hubspotpagebuilder.com notion.site canva.site framer.app framer.website softr.app gitbook.io plesk.page
  bubbleapps.io myportfolio.com my.canva.site backblazeb2.com wasabisys.com digitaloceanspaces.com linodeobjects.com
  ondigitalocean.app cprapid.com filesusr.com sendspace.com mediafire.com mega.nz anonfiles.com transfer.sh
  dweb.link.ipfs w3s.link nftstorage.link myfreesites.net tiiny.site tiny.site clickfunnels.com`
    .split(/\s+/)
    .filter((domain) => domain !== ''),
)

/** Services that answer for others under a name of the customer's own: `vendor.zendesk.com`. */
export const helpDesks: ReadonlySet<string> = new Set(
  'zendesk.com freshdesk.com freshservice.com helpscoutapp.com zohodesk.com happyfox.com atlassian.net service-now.com'.split(
    ' ',
  ),
)

/** Domains through which such services lead every link, to count who clicks. */
export const clickCounters: ReadonlySet<string> = new Set(
  `list-manage.com rs6.net hubspotlinks.com sendgrid.net exacttarget.com exct.net awstrack.me createsend.com cmail19.com
  cmail20.com sendibm1.com sendibt2.com mjt.lu klclick.com icptrack.com mlsend.com lnks.gd govdelivery.com emlnk.com
  constantcontact.com mailgun.org cvent.com eventbrite.com`
    .split(/\s+/)
    .filter((domain) => domain !== ''),
)

/** Services that send the mail of others, by the domains to which returned mail goes. Who sends through one says nothing of
 *  who he is; that a vendor does is no doubt either. */
export const massMailers: ReadonlySet<string> = new Set(
  `sendgrid.net sendgrid.com mcsv.net rsgsv.net mcdlv.net mailchimp.com mandrillapp.com constantcontact.com ccsend.com
  roving.com amazonses.com hubspotemail.net hubspot.com mailgun.org mailgun.net sparkpostmail.com exacttarget.com
  salesforce.com pardot.com createsend.com cmail19.com cmail20.com sendinblue.com brevo.com mailjet.com mtasv.net
  postmarkapp.com govdelivery.com granicus.com icontact.com aweber.com getresponse.com klaviyomail.com mktomail.com
  marketo.org responsys.net cvent.com eventbrite.com zendesk.com freshdesk.com activecampaign.com emsd1.com drip.com
  convertkit.com mailerlite.com elasticemail.com socketlabs.com smtp2go.com infusionmail.com bluehornet.com
  benchmarkemail.com campaignmonitor.com listrak.com bronto.com iterable.com customeriomail.com intercom-mail.com
  zcsend.net zoho-bounce.com bmsend.com emlnk.com messagegears.net`
    .split(/\s+/)
    .filter((domain) => domain !== ''),
)
