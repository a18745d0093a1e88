/** One line of a plot, in the units of its axes. */
export interface Series {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface Plot {
  /** Name of the file, without its ending. */
  readonly name: string
  readonly title: string
  readonly x: string
  readonly y: string
  readonly series: readonly Series[]
}

const size = { width: 640, height: 360 }
const area = { left: 64, right: 16, top: 40, bottom: 48 }
/** Told apart by their dashes as well as by their colours. */
const strokes = ['stroke="#0072b2"', 'stroke="#d55e00" stroke-dasharray="6 4"']
const ticks = [0, 0.25, 0.5, 0.75, 1]

/** The share of samples (0 to 100 %) that lie at or below each value. */
export function cumulative(samples: readonly number[]): [number, number][] {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted.map((value, index) => [value, ((index + 1) / sorted.length) * 100])
}

/** A line plot from the origin, as an SVG document that reads on light and on dark. */
export function svg({ title, x, y, series }: Plot, command: string): string {
  const all = series.flatMap(({ points }) => points)
  const most = { x: niceMax(all.map(([value]) => value)), y: niceMax(all.map(([, value]) => value)) }
  const px = (value: number) => round(area.left + (value / most.x) * (size.width - area.left - area.right))
  const py = (value: number) =>
    round(size.height - area.bottom - (value / most.y) * (size.height - area.top - area.bottom))
  const text = (at: readonly [number, number], content: string, anchor = 'middle') =>
    `<text x="${at[0]}" y="${at[1]}" text-anchor="${anchor}">${content}</text>`
  const line = (share: number) =>
    `<path d="M${px(0)} ${py(share * most.y)}H${px(most.x)}" stroke="#8885"/>` +
    text([area.left - 8, py(share * most.y) + 4], label(share * most.y), 'end') +
    text([px(share * most.x), size.height - area.bottom + 18], label(share * most.x))
  const curves = series.map(({ name, points }, index) => {
    const d = points.map(([vx, vy], at) => `${at === 0 ? 'M' : 'L'}${px(vx)} ${py(vy)}`).join('')
    const legend = text([area.left + 44 + index * 150, area.top - 8], name, 'start')
    const key = `<path d="M${area.left + 8 + index * 150} ${area.top - 12}h28" ${strokes[index]}/>`
    return `<path d="${d}" fill="none" stroke-width="2" ${strokes[index]}/>${key}${legend}`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${title}" font-family="sans-serif" font-size="12" fill="#777">`,
    `<!-- ${command} -->`,
    text([size.width / 2, 16], title),
    ...ticks.map(line),
    text([size.width / 2, size.height - 8], x),
    `<text transform="translate(14 ${size.height / 2}) rotate(-90)" text-anchor="middle">${y}</text>`,
    ...curves,
    '</svg>\n',
  ].join('\n')
}

/** The end of an axis: the next 1, 2 or 5 times a power of ten. */
function niceMax(values: readonly number[]): number {
  const most = Math.max(1e-9, ...values)
  const power = 10 ** Math.floor(Math.log10(most))
  return ([1, 2, 5].find((step) => step * power >= most) ?? 10) * power
}

const label = (value: number) => Number(value.toPrecision(3)).toLocaleString('en')
const round = (value: number) => Math.round(value * 10) / 10
