import type { Step } from './step.ts'

/** A step as a line that a person reads: what is done, to what, and the rest as it stands in the step. */
export function tell({ at: _, do: what, ...rest }: Step): string {
  const fields = Object.entries(rest).map(([name, value]) =>
    ['service', 'route', 'replica'].includes(name) ? String(value) : `${name} ${JSON.stringify(value)}`,
  )
  return `* ${what} ${fields.join(', ')}`
}
