import { ok } from '../base/result.ts'
import type { Transport } from '../kube/http/transport.ts'

// Without tabs and line breaks.
const control = /(?![\n\t])\p{Cc}/gu

/**
 * Text in which a terminal finds nothing to obey: control characters in the notation of carets, as kubectl
 * prints them (`^[` for Escape).
 */
export const printableText = (text: string): string =>
  text.replaceAll(control, (character) => {
    const code = character.charCodeAt(0)
    return code < 0x80 ? `^${String.fromCharCode(code ^ 0x40)}` : '\ufffd'
  })

/**
 * The same of every text in a value from JSON, names of fields too. What is printable already is not copied.
 */
export function printable(value: unknown): unknown {
  if (typeof value === 'string') return printableText(value)
  if (Array.isArray(value)) {
    const items = value.map(printable)
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value)
  const clean = fields.map(([name, field]): [string, unknown] => [printableText(name), printable(field)])
  const isSame = clean.every(
    ([name, field], index) => name === fields[index]?.[0] && field === fields[index]?.[1],
  )
  return isSame ? value : Object.fromEntries(clean)
}

/**
 * A transport whose answers can be shown: whoever may write an object could otherwise write to the terminal.
 */
export const printableAnswers = (transport: Transport): Transport => ({
  ...transport,
  request: async (req) => {
    const answer = await transport.request(req)
    return answer.ok ? ok(printable(answer.value)) : answer
  },
  stream: async (req) => {
    const answer = await transport.stream(req)
    return answer.ok ? ok(cleaned(answer.value)) : answer
  },
})

async function* cleaned(values: AsyncIterable<unknown>): AsyncIterable<unknown> {
  for await (const value of values) yield printable(value)
}
