import { useMemo } from 'preact/hooks'
import uPlot from 'uplot'
import { listed, percent } from '../model/format.ts'
import { Chart, type Colour, timeAxis } from '../view/chart.tsx'
import type { Sample } from './demo-feed.ts'
import { columnsOf } from './shares.ts'

interface SuccessChartProps {
  readonly samples: readonly Sample[]
  /** Of the services, in their order. */
  readonly names: readonly string[]
  /** Of the last second, 0 to 1. */
  readonly success: number | undefined
}

/** Custom properties of the style sheet; of five services none looks like another, with any sort of eyes. */
const colours = ['--primary', '--band-1', '--band-2', '--band-3', '--band-4']
export const colourOf = (index: number): string => colours[index % colours.length] ?? '--primary'

/** The client's success drawn over the weights: a minute of both. */
export function SuccessChart({ samples, names, success }: SuccessChartProps) {
  const data = useMemo((): uPlot.AlignedData => columnsOf(samples, names), [samples])
  const now = samples.at(-1)?.shares ?? {}
  const serving = names
    .filter((name) => (now[name] ?? 0) > 0)
    .map((name) => `${name} ${percent(now[name] ?? 0)}`)
  const rate = success === undefined ? 'no requests yet' : `${percent(success)} of the requests succeed`
  return (
    <div class="success">
      <p>
        <strong class={success !== undefined && success < 1 ? 'bad' : 'good'}>{rate}</strong>
        <span class="detail"> · bands: who gets the traffic · line: success</span>
      </p>
      <Chart
        label={`The last minute: ${rate}; the traffic goes to ${listed(serving) || 'no service'}.`}
        data={data}
        options={(colour) => optionsFor(names, colour)}
        height={206}
      />
    </div>
  )
}

const spanSeconds = 60
/** Weights jump; they do not slope. */
const steps = uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: -1 }) } : {}

function optionsFor(names: readonly string[], colour: Colour): Omit<uPlot.Options, 'width' | 'height'> {
  const axis = {
    stroke: colour('--quiet'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  const percents = (_: uPlot, values: number[]) => values.map((value) => `${value} %`)
  return {
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, range: (_, __, max) => [max - spanSeconds, max] },
      y: { range: [0, 104] },
    },
    axes: [
      { ...axis, ...timeAxis },
      { ...axis, size: 50, splits: [0, 50, 100], values: percents },
    ],
    series: [
      {},
      ...names.map((_, index) => ({
        ...steps,
        fill: colour(colourOf(index)),
        width: 0,
        points: { show: false },
      })),
      { stroke: colour('--text'), width: 3, points: { show: false } },
    ],
    // Between its own edge and the one below; the lowest fills down to the floor by itself.
    bands: names.slice(1).map((_, index) => ({ series: [index + 2, index + 1] as [number, number] })),
  }
}
