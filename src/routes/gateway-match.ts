import * as z from 'zod'

const named = z.object({
  type: z.string().default('Exact'),
  name: z.string(),
  value: z.string(),
})
const path = z.object({ type: z.string().default('PathPrefix'), value: z.string().default('/') })
const call = z.object({
  type: z.string().default('Exact'),
  service: z.string().default('*'),
  method: z.string().default('*'),
})
/** A match of an HTTPRoute or a GRPCRoute, with the defaults of their schemas. */
const match = z.object({
  path: path.optional(),
  method: z.union([z.string(), call]).optional(),
  headers: z.array(named).default([]),
  queryParams: z.array(named).default([]),
})
type Match = z.infer<typeof match>
const route = z.object({
  spec: z.object({
    hostnames: z.array(z.string()).default([]),
    rules: z.array(z.object({ matches: z.array(z.unknown()).default([]) })),
  }),
})

/**
 * Which requests the rules of a route take: a text for each match on each host name, each once, the same for
 * matches that are equal. What cannot be read is left out. A rule without a match takes all that comes.
 */
export function readMatches(object: unknown): readonly string[] {
  const { data } = route.safeParse(object)
  const hosts = data && data.spec.hostnames.length > 0 ? data.spec.hostnames : [undefined]
  const texts = (data?.spec.rules ?? []).flatMap(({ matches }) =>
    (matches.length > 0 ? matches : [{}]).flatMap((item) => {
      const read = match.safeParse(item)
      return read.success ? hosts.map((host) => textOf(read.data, host)) : []
    }),
  )
  return [...new Set(texts)]
}

function textOf({ path, method, headers, queryParams }: Match, host: string | undefined): string {
  const parts = [
    host === undefined ? '' : `host ${host.toLowerCase()}`,
    path === undefined ? '' : pathText(path),
    typeof method === 'string' ? `method ${method}` : callText(method),
    // The names of headers are the same in upper and lower case (RFC 9110).
    ...headers.map((header) => fieldText('header', { ...header, name: header.name.toLowerCase() })).sort(),
    ...queryParams.map((param) => fieldText('query', param)).sort(),
  ]
  return parts.filter((part) => part !== '').join(', ') || 'everything'
}

/** As a prefix `/` is no condition, and `/api/` is the same as `/api` (Gateway API). */
function pathText({ type, value }: z.infer<typeof path>): string {
  if (type !== 'PathPrefix') return `path ${type} ${value}`
  const prefix = value.replace(/\/+$/, '')
  return prefix === '' ? '' : `path ${prefix}`
}

const callText = (method: z.infer<typeof call> | undefined): string =>
  method === undefined || (method.service === '*' && method.method === '*')
    ? ''
    : `call ${[...(method.type === 'Exact' ? [] : [method.type]), `${method.service}/${method.method}`].join(' ')}`

const fieldText = (what: string, { type, name, value }: z.infer<typeof named>): string =>
  `${what} ${name}${type === 'Exact' ? '=' : ` ${type} `}${value}`
