import { maxWeight } from '../../routes/gateway-split.ts'

/** Digits after the point that count; the largest weight cannot express more. */
const digits = 6

/**
 * Weights (finite numbers >= 0) as integers in the same proportions. Integers that fit stay as they are;
 * others become the smallest integers that do, or are rounded at the largest weight there is. What is above
 * zero stays above zero.
 */
export function wholeWeights(weights: readonly number[]): number[] {
  if (weights.every((weight) => Number.isInteger(weight) && weight <= maxWeight)) return [...weights]
  const scaled = weights.map((weight) => Math.round(weight * 10 ** digits))
  const unit = scaled.every(Number.isSafeInteger) ? scaled.reduce(commonDivisor, 0) : 0
  const whole = unit > 0 ? scaled.map((weight) => weight / unit) : weights
  const top = Math.max(...whole)
  if (unit > 0 && top <= maxWeight) return atLeastOne(whole, weights)
  return atLeastOne(
    whole.map((weight) => Math.round((weight / top) * maxWeight)),
    weights,
  )
}

const atLeastOne = (whole: readonly number[], from: readonly number[]): number[] =>
  whole.map((weight, index) => ((from[index] ?? 0) > 0 ? Math.max(1, weight) : 0))

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b))
