/** From the largest: Kubernetes writes a quantity with the largest suffix that leaves an integer. */
const suffixes: readonly (readonly [suffix: string, factor: number])[] = [
  ['M', 1_000_000],
  ['k', 1_000],
]

/**
 * A weight as Kubernetes writes a resource quantity, so as linkerd-smi's adaptor does: `1`, `500m`, `1k`. A
 * part of a thousandth is rounded up, so that no weight becomes zero.
 */
export function quantityOf(weight: number): string {
  if (!Number.isInteger(weight)) return `${Math.ceil(weight * 1_000)}m`
  const found = weight === 0 ? undefined : suffixes.find(([, factor]) => weight % factor === 0)
  return found ? `${weight / found[1]}${found[0]}` : String(weight)
}
