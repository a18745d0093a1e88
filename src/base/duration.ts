/** A duration as Gateway API writes it. Source: GEP-2257. */
const form = /^(?:\d{1,5}(?:h|m|s|ms)){1,4}$/
const part = /(\d{1,5})(ms|h|m|s)/g
const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
const longestMs = 24 * 3_600_000

/** Reads `90s` or `1m30s` (ms); `undefined` for anything else, and for more than a day. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim()
  if (!form.test(trimmed)) return undefined
  let ms = 0
  for (const [, digits, unit = ''] of trimmed.matchAll(part)) ms += Number(digits) * (unitMs[unit] ?? 0)
  return ms <= longestMs ? ms : undefined
}
