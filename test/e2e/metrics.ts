export type Labels = Readonly<Record<string, string>>

/** One scrape of `/metrics`. */
export interface Metrics {
  /** The sum over all series of this name that carry these labels; 0 where there are none. */
  sum(name: string, labels?: Labels): number
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/
const label = /(\w+)="((?:[^"\\]|\\.)*)"/g

/** Reads the Prometheus text format, as much of it as prom-client writes. */
export function parseMetrics(text: string): Metrics {
  const series = text.split('\n').flatMap((row) => {
    const [, name, labels = '', value] = row.match(line) ?? []
    if (name === undefined) return []
    const pairs = [...labels.matchAll(label)].map(([, key = '', text = '']) => [key, text])
    return [
      { name, labels: new Map(pairs.map(([key = '', text = '']) => [key, text])), value: Number(value) },
    ]
  })
  return {
    sum: (name, labels = {}) =>
      series
        .filter((one) => one.name === name)
        .filter((one) => Object.entries(labels).every(([key, value]) => one.labels.get(key) === value))
        .reduce((total, { value }) => total + value, 0),
  }
}
