/** The chart itself: the only place that brings in ECharts, and of it only bars on a grid, drawn as SVG. Without tips and
 *  animation, which would need inline styles that the page's policy forbids; the table says the same in numbers. */
import { BarChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { type ReactNode, useEffect, useRef } from 'react'
import { inDigits } from '../../../src/core/counts.ts'
import { shortUtcDayOf } from '../../words/times.ts'
import type { Bar } from './timeline-bars.ts'

use([BarChart, GridComponent, SVGRenderer])

const colourOf = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

function optionOf(bars: readonly Bar[]): Parameters<ReturnType<typeof init>['setOption']>[0] {
  const text = { color: colourOf('--muted'), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 13 }
  return {
    animation: false,
    grid: { left: 4, right: 4, top: 12, bottom: 4, containLabel: true },
    xAxis: {
      type: 'category',
      data: bars.map((bar) => shortUtcDayOf(bar.fromMs)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colourOf('--line') } },
      axisLabel: { ...text, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      splitNumber: 3,
      splitLine: { lineStyle: { color: colourOf('--line-soft') } },
      axisLabel: { ...text, formatter: (value: number) => inDigits(value) },
    },
    series: [
      {
        type: 'bar',
        silent: true,
        data: bars.map((bar) => bar.hitCount),
        barMaxWidth: 48,
        barMinHeight: 2,
        barCategoryGap: '25%',
        itemStyle: { color: colourOf('--bar'), borderRadius: [2, 2, 0, 0] },
      },
    ],
  }
}

/** Draws the bars, again when the width or the theme changes. */
export function TimelineChart({ bars }: { readonly bars: readonly Bar[] }): ReactNode {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (element.current === null) return
    const chart = init(element.current, null, { renderer: 'svg' })
    const draw = (): void => chart.setOption(optionOf(bars))
    draw()
    const resized = new ResizeObserver(() => chart.resize())
    resized.observe(element.current)
    const rethemed = new MutationObserver(draw)
    rethemed.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    const media = [matchMedia('(prefers-color-scheme: dark)'), matchMedia('print')]
    for (const each of media) each.addEventListener('change', draw)
    return () => {
      resized.disconnect()
      rethemed.disconnect()
      for (const each of media) each.removeEventListener('change', draw)
      chart.dispose()
    }
  }, [bars])
  return <div className="timeline__chart" ref={element} />
}
