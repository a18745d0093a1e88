import type { DiagnosisRule } from './finding.ts'
import { parseWeight } from './weight.ts'

/**
 * SMI's schema says `number`, its Go SDK `int`: a client of the SDK cannot decode a list with one such
 * weight, and sees none of the splits in it (`findings/smi-sdk-fractional-weight.sh`). Nor can kubectl filter
 * splits by weight then (`findings/kubectl-filter-fails-on-a-fraction.sh`).
 */
export const unreadableWeight: DiagnosisRule = ({ kind, places }) => {
  if (kind !== 'TrafficSplit') return []
  const weights = places.flatMap(({ entries }) => entries.map(({ weight }) => weight))
  const wrong = weights.flatMap((weight, index) =>
    isUsable(weight) && !isReadBySdk(weight)
      ? [`spec.backends[${index}].weight is ${JSON.stringify(weight)}`]
      : [],
  )
  if (wrong.length === 0) return []
  const message = `${wrong.join(', ')}: clients that read v1alpha2 with SMI's SDK for Go cannot decode that, and then see no TrafficSplit at all; write integers`
  return [{ message, subject: 'weights' }]
}

/** Others make the route misconfigured, which is reported by itself. */
const isUsable = (weight: unknown): boolean => 'weight' in parseWeight(weight)

const isReadBySdk = (weight: unknown): boolean =>
  weight === undefined || weight === null || Number.isInteger(weight)
