import { useMemo } from 'preact/hooks'
import type uPlot from 'uplot'
import { brief, counted } from '../model/format.ts'
import { reactionsOf, shownSpan } from '../model/reactions.ts'
import type { TimelineEntry } from '../model/timeline-entry.ts'
import { Chart, type Colour, timeAxis } from './chart.tsx'

/** So many transitions are drawn. */
const most = 1000

/**
 * How long the operator took from hearing of a change to the answer to its write, one dot for each
 * transition.
 */
export function ReactionChart({ lines, version }: { lines: readonly TimelineEntry[]; version: number }) {
  const reactions = useMemo(() => reactionsOf(lines, most), [version])
  const { at, ms, median, p99 } = reactions
  const data = useMemo((): uPlot.AlignedData => [[...at], [...ms]], [reactions])
  const words =
    median === undefined || p99 === undefined
      ? 'No transition yet.'
      : `Median ${brief(median)}, 99th percentile ${brief(p99)}, of the last ${counted(ms.length, 'transition')}.`
  return (
    <section class="card reactions" aria-label="Reaction time">
      <h2>Reaction time</h2>
      <p class="detail">{words}</p>
      {ms.length > 0 ? (
        <Chart label={`Reaction times. ${words}`} data={data} options={options} height={150} />
      ) : (
        <div class="chart none">Each transition will be shown here as a dot.</div>
      )}
    </section>
  )
}

const options = (colour: Colour): Omit<uPlot.Options, 'width' | 'height'> => {
  const axis = {
    stroke: colour('--quiet'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  return {
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: true, range: ({ data: [at] }) => shownSpan(at) }, y: { distr: 3 } },
    axes: [
      { ...axis, ...timeAxis },
      {
        ...axis,
        size: 58,
        values: (_, values) => values.map((value) => (value === null ? '' : brief(value))),
      },
    ],
    series: [
      {},
      {
        paths: () => null,
        points: { show: true, size: 5, fill: colour('--primary'), stroke: colour('--primary') },
      },
    ],
  }
}
