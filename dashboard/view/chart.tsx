import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { useMedia } from './use-media.ts'

interface ChartProps {
  /** What the chart shows, for those who cannot see it. */
  readonly label: string
  readonly data: uPlot.AlignedData
  /** Made anew for each theme; `colour` reads a custom property of the style sheet. */
  readonly options: (colour: (name: string) => string) => Omit<uPlot.Options, 'width' | 'height'>
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
