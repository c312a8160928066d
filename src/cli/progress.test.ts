import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProgressBar, progressLine } from './progress.ts'

const state = { bytesRead: 215_000_000, bytesTotal: 500_000_000, lines: 1_000_000, findings: 3 }

function terminal(isTTY: boolean) {
  const written: string[] = []
  let nowMs = 0
  const bar = new ProgressBar({ isTTY, columns: 80, write: (text) => written.push(text) }, () => nowMs)
  return { bar, written, at: (ms: number) => (nowMs = ms) }
}

describe('the progress bar', () => {
  test('shows the share done, bytes, findings so far and lines a second', () => {
    expect(progressLine(state, 812_345, 120)).toBe(
      '[#############.................] 43%  215 MB of 500 MB  3 findings  812,345 lines/s',
    )
  })

  test('shows no share for standard input, whose size is not known', () => {
    expect(progressLine({ ...state, bytesTotal: 0 }, 5, 79)).toBe('215 MB  3 findings  5 lines/s')
  })

  test('never outgrows the terminal, however narrow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.nat(), fc.nat(), (columns, bytesRead, bytesTotal) => {
        const line = progressLine({ bytesRead, bytesTotal, lines: 1, findings: 0 }, 1e9, columns)
        expect(line.length).toBeLessThanOrEqual(columns)
      }),
    )
  })

  test('is drawn at most ten times a second, however often it is told', () => {
    const { bar, written, at } = terminal(true)
    for (let ms = 0; ms < 1000; ms++) {
      at(ms)
      bar.update({ ...state, lines: ms * 1000 })
    }
    expect(written).toHaveLength(10)
    expect(written.at(-1)).toMatch(/^\r\u001b\[2K\[#+\.+\] 43%.*lines\/s$/)
  })

  test('gives the rate of the last seconds, so that a slow file shows', () => {
    const { bar, written, at } = terminal(true)
    for (const [ms, lines] of [
      [0, 0],
      [2000, 2_000_000],
      [4000, 2_020_000],
      [4100, 2_021_000],
    ] as const) {
      at(ms)
      bar.update({ ...state, lines })
    }
    expect(written.map((text) => /([\d,]+) lines/.exec(text)?.[1])).toEqual(['0', '1,000,000', '10,000', '10,000'])
  })

  test('is wiped at the end, once', () => {
    const { bar, written } = terminal(true)
    bar.update(state)
    bar.clear()
    bar.clear()
    expect(written.slice(1)).toEqual(['\r\u001b[2K'])
  })

  test('writes nothing where there is no terminal', () => {
    const { bar, written } = terminal(false)
    bar.update(state)
    bar.clear()
    expect(written).toEqual([])
  })
})
