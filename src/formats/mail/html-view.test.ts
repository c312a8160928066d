import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HtmlTokens } from './html-tokens.ts'
import { htmlView } from './html-view.ts'

/** Every tag of a view, with whatever stands in it. */
const tagsOf = (view: string): string[] => view.match(/<[^>]*>/g) ?? []
const harmless =
  /^<\/?(?:p|div|span|br|hr|b|strong|i|em|u|s|small|sub|sup|blockquote|pre|code|[uod]l|li|d[td]|h[1-6]|center|table|caption|t(?:head|body|foot|r|d|h))(?: (?:col|row)span="\d{1,3}"){0,2}>$/

describe('the view of a mail', () => {
  test('keeps what is read and says where links lead', () => {
    const html =
      '<p style="color:red">Dear <b onclick="x()">clerk</b>,</p><a href="https://evil.example/?a=1&amp;b=2">your <i>guide</i></a>'
    expect(htmlView(html)).toBe(
      '<p>Dear <b>clerk</b>,</p>your <i>guide</i> <small>[leads to https://evil.example/?a=1&amp;b=2]</small>',
    )
  })

  test('shows no picture, form, frame or script, and nothing of a style', () => {
    const html =
      '<style>p{background:url(https://evil.example/a)}</style><img src="https://evil.example/t.gif" alt="logo"><form action="https://evil.example"><input value="Sign in"></form><iframe src="https://evil.example"></iframe><script>fetch("https://evil.example")</script><svg><a xlink:href="javascript:x()">x</a></svg>'
    const view = htmlView(html)
    expect(view).toContain('[Picture, not shown: logo]')
    expect(view).toContain('[Field of a form, not shown: Sign in]')
    expect(view).not.toContain('evil.example')
    expect(view).not.toContain('javascript')
  })

  test('closes what the mail left open, in order', () => {
    expect(htmlView('<div><b>a<table><tr><td colspan="2">x')).toBe(
      '<div><b>a<table><tr><td colspan="2">x</td></tr></table></b></div>',
    )
    expect(htmlView('</div></p>a</b>')).toBe('a')
  })

  test('is empty where there is no HTML', () => {
    expect(htmlView('')).toBe('')
  })

  test.each([
    '<scr<script>ipt>alert(1)</script>',
    '<img src=x onerror=alert(1)//',
    '<p title="</p><script>alert(1)</script>">x',
    '<math><mtext></mtext><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<a href="java&#0115;cript:alert(1)">x</a>',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '<!--><script>alert(1)</script>-->',
    '<td colspan="2\' onmouseover=alert(1)">x</td>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  ])('makes %j harmless', (html) => {
    for (const tag of tagsOf(htmlView(html))) expect(tag).toMatch(harmless)
  })

  test('holds nothing but harmless tags, whatever it is made of', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '</',
        '<!--',
        '-->',
        '<script>',
        '</script>',
        '<a href=',
        '<p ',
        '<svg',
        ' on',
        '&#60;',
        '&lt;img ',
        '<td colspan=3>',
        '<style>',
        '\0',
      ),
      fc.string({ maxLength: 12, unit: 'binary' }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const view = htmlView(pieces.join(''))
        for (const tag of tagsOf(view)) expect(tag).toMatch(harmless)
        const tokens = new HtmlTokens(view)
        for (let token = tokens.next(); token !== undefined; token = tokens.next()) {
          if (token.kind === 'open') expect([...token.attributes.keys()].every((key) => /span$/.test(key))).toBe(true)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
