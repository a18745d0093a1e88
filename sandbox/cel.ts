import { asList, asText, dig, type JsonObject } from './json.ts'
import type { Cause } from './status.ts'

type Holds = (self: JsonObject) => boolean

/**
 * The rules in CEL that the sandbox understands, by their text in the CRDs of the Gateway API. Any other rule
 * of an `x-kubernetes-validations` is not enforced.
 */
const known: Readonly<Record<string, Holds>> = {
  "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true": ({ group, kind, port }) =>
    group !== '' || kind !== 'Service' || port !== undefined,
}

/** What the rules of a schema say against an object at `path`. */
export function celCauses(schema: JsonObject, value: JsonObject, path: string): Cause[] {
  return asList(schema['x-kubernetes-validations']).flatMap((rule) => {
    const holds = known[asText(dig(rule, 'rule'))]
    if (!holds || holds(value)) return []
    const message = `Invalid value: ${asText(dig(rule, 'message'))}`
    return [{ reason: 'FieldValueInvalid', message, field: path }]
  })
}
