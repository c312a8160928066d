import { describe, expect, test } from 'vitest'
import { readHtml } from './html-text.ts'

const textOf = (html: string): string => readHtml(html).text
const hiddenOf = (html: string): string => readHtml(html).hiddenText

describe('the text that a reader sees', () => {
  test('has lines where elements make them, and characters for their references', () => {
    expect(textOf('<html><head><title>no</title></head><body><p>One&nbsp;&amp; two</p><p>Th&#114;ee<br>four</p>')).toBe(
      'One\u00a0& two\n\nThree\nfour',
    )
    expect(textOf('<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>')).toMatch(/a b\s+c/)
  })

  test('goes on after markup that is broken', () => {
    expect(textOf('a < b <b unclosed="x>y')).toBe('a < b')
    expect(textOf('<!-- a --> x <!--never closed')).toBe('x')
    expect(textOf('x<script>var a = "</b>";</script>y')).toBe('xy')
  })

  test('leaves out what is hidden, and tells it apart', () => {
    for (const style of [
      'display:none',
      'DISPLAY : none !important',
      'visibility:hidden',
      'font-size:0px',
      'font-size:1px',
      'opacity:0',
      'max-height:0;overflow:hidden',
      'text-indent:-9999px',
      'position:absolute;left:-5000px',
      'mso-hide:all',
      'color:#ffffff',
      'color:rgb(254, 255, 255)',
    ]) {
      expect([style, readHtml(`shown<div style="${style}">secret</div>`)]).toMatchObject([
        style,
        { text: 'shown', hiddenText: 'secret' },
      ])
    }
    expect(hiddenOf('<p hidden>secret')).toBe('secret')
    expect(hiddenOf('<style>.a{color:red} .pre{display:none}</style><p class="x pre">secret</p>')).toBe('secret')
  })

  test('keeps light letters on a dark ground or on a picture', () => {
    expect(textOf('<td bgcolor="#000000"><font color="white">seen</font></td>')).toBe('seen')
    expect(textOf('<td background="x.png" style="color:#fff">seen</td>')).toBe('seen')
    expect(textOf('<style>@media (max-width:600px){.a{display:none}}</style><p class=a>seen')).toBe('seen')
  })
})

describe('links', () => {
  test('have the words that stand on them', () => {
    expect(
      readHtml('<a href="https://x.example/?a=1&amp;b=2">Go <b>there</b></a> <A HREF=y><img alt="Logo"></A>').links,
    ).toEqual([
      { target: 'https://x.example/?a=1&b=2', text: 'Go there', from: 'html' },
      { target: 'y', text: 'Logo', from: 'html', isPicture: true },
    ])
  })

  test('are of a picture where the reader sees one in them, or clicks a part of one', () => {
    const html =
      '<img src=a><a href=1>words</a><a href=2><img src=b></a><a href=3><img src=c hidden></a><map><area href=4></map>'
    const { links } = readHtml(html)
    expect(links.filter(({ isPicture }) => isPicture).map(({ target }) => target)).toEqual(['2', '4'])
  })

  test('that are relative start from the base', () => {
    expect(readHtml('<base href="https://evil.example/a/"><a href="b">x</a>').links[0]?.target).toBe(
      'https://evil.example/a/b',
    )
  })

  test('are also forms, refreshes, frames and pictures', () => {
    expect(
      readHtml(
        '<form action="https://f.example"><meta http-equiv=refresh content="0; URL=\'https://r.example\'"><iframe src="https://i.example"></iframe><img src="https://p.example/1.png" alt="Seal">',
      ).links.map(({ target, from }) => [target, from]),
    ).toEqual([
      ['https://f.example', 'form'],
      ['https://r.example', 'html'],
      ['https://i.example', 'html'],
      ['https://p.example/1.png', 'image'],
    ])
  })

  test('are read without the line ends that hide their scheme', () => {
    expect(readHtml('<a href="java\nscript&colon;x">x</a>').links[0]?.target).toBe('javascript:x')
  })
})

test('the texts of images are those that are shown', () => {
  expect(readHtml('<img alt="County seal"><div style="display:none"><img alt="no"></div>').imageTexts).toEqual([
    'County seal',
  ])
})

test('elements without end do not fill memory, and their end tags close nothing else', () => {
  const { text, hiddenText } = readHtml(
    `${'<div>'.repeat(5_000)}a${'</div>'.repeat(5_000)}<i style="display:none">b</i>c`,
  )
  expect([text.replace(/\s/g, ''), hiddenText]).toEqual(['ac', 'b'])
})
