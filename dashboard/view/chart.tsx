import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { timeOfDay } from '../model/format.ts'
import { useMedia } from './use-media.ts'

/** Reads a custom property of the style sheet. */
export type Colour = (name: string) => string

/** An axis with times of the reader's day. */
export const timeAxis: uPlot.Axis = {
  size: 24,
  space: 80,
  values: (_, seconds) => seconds.map((at) => timeOfDay(new Date(at * 1000))),
}

interface ChartProps {
  /** What the chart shows, for those who cannot see it. */
  readonly label: string
  readonly data: uPlot.AlignedData
  /** Built again for each theme. */
  readonly options: (colour: Colour) => Omit<uPlot.Options, 'width' | 'height'>
  readonly height: number
}

/** A chart as wide as its place. The data may change often; the options only with the theme. */
export function Chart({ label, data, options, height }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const isDark = useMedia('(prefers-color-scheme: dark)')
  useEffect(() => {
    const element = place.current
    if (!element) return
    const style = getComputedStyle(element)
    const size = () => ({ width: Math.max(120, element.clientWidth), height })
    const chart = new uPlot(
      { ...options((name) => style.getPropertyValue(name).trim()), ...size() },
      data,
      element,
    )
    plot.current = chart
    const resize = new ResizeObserver(() => chart.setSize(size()))
    resize.observe(element)
    return () => {
      resize.disconnect()
      chart.destroy()
      plot.current = undefined
    }
  }, [isDark, height])
  useEffect(() => plot.current?.setData(data), [data])
  return <div class="chart" role="img" aria-label={label} ref={place} style={{ height: `${height}px` }} />
}
