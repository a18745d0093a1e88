/** Suffixes of a Kubernetes quantity, as SMI's v1alpha1 allows them for a weight (`500m`, `1k`, `2M`). */
const suffixes: Readonly<Record<string, number>> = { '': 1, m: 1e-3, k: 1e3, M: 1e6 }
const quantity = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([mkM]?))$/

/** A weight that is there and cannot be used; `problem` says why, to go after "backends[2].weight". */
export type ParsedWeight = { readonly weight: number | undefined } | { readonly problem: string }

/** Reads a weight as it may stand in a stored object: a number, a number in a string, or a quantity. */
export function parseWeight(raw: unknown): ParsedWeight {
  if (raw === undefined || raw === null) return { weight: undefined }
  const weight = typeof raw === 'string' ? parseQuantity(raw) : raw
  if (typeof weight !== 'number' || !Number.isFinite(weight)) {
    return { problem: `${JSON.stringify(raw)} is not a number` }
  }
  return weight < 0 ? { problem: `${JSON.stringify(raw)} is negative` } : { weight }
}

/** The first of some weights that cannot be used, in words for its owner; `list` is the path to them. */
export function weightProblem(list: string, weights: readonly unknown[]): string | undefined {
  for (const [index, weight] of weights.entries()) {
    const parsed = parseWeight(weight)
    if ('problem' in parsed) return `${list}[${index}].weight ${parsed.problem}; use an integer of 0 or more`
  }
  return undefined
}

function parseQuantity(text: string): number | undefined {
  const [, digits, exponent = '', suffix = ''] = quantity.exec(text.trim()) ?? []
  const factor = suffixes[suffix]
  return digits === undefined || factor === undefined ? undefined : Number(digits + exponent) * factor
}
