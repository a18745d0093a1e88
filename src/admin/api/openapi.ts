import * as z from 'zod'
import { problem, streamEvents } from '../../api/schema.ts'
import { programName } from '../../base/names.ts'
import type { Endpoint } from './endpoint.ts'
import { endpoints } from './endpoints.ts'

type Schema = Record<string, unknown>

/** The OpenAPI 3.1 document of the JSON API, made from the schemas that check it. */
export function openApi(version: string) {
  const paths = Object.fromEntries(endpoints.map((endpoint) => [endpoint.path, { get: operation(endpoint) }]))
  return {
    openapi: '3.1.0',
    info: {
      title: programName,
      version,
      description: 'The state and the history of the operator and its routes. Read-only.',
    },
    paths: { ...paths, '/api/v1/stream': { get: stream } },
    components: { schemas: schemas() },
  }
}

function operation({ summary, parameters, answer, path }: Endpoint) {
  return {
    summary,
    parameters: Object.entries(parameters.shape).map(([name, schema]) => {
      const isInPath = path.includes(`{${name}}`)
      return { name, in: isInPath ? 'path' : 'query', required: isInPath, schema: parameter(schema) }
    }),
    responses: { 200: json('The result.', answer), ...failures },
  }
}

const reference = (schema: z.ZodType) => ({ $ref: `#/components/schemas/${schema.meta()?.id}` })

const json = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': { schema: reference(schema) } },
})

const foreign = { description: 'The host name or the origin of the request is not allowed.' }
const failures = {
  400: json('A parameter is not valid; the answer names it.', problem),
  403: foreign,
  404: json('It does not exist.', problem),
}

const stream = {
  summary: 'Server-sent events: every change, from now on or since Last-Event-ID',
  description: `Each event's data is JSON: ${Object.entries(streamEvents)
    .map(([name, schema]) => `\`${name}\` (${schema.meta()?.id}): ${schema.meta()?.description}`)
    .join(' ')}`,
  parameters: [{ name: 'Last-Event-ID', in: 'header', required: false, schema: { type: 'string' } }],
  responses: {
    200: {
      description: 'The stream; it ends only when the connection is closed.',
      content: { 'text/event-stream': { schema: { anyOf: Object.values(streamEvents).map(reference) } } },
    },
    403: foreign,
    503: { description: 'Too many readers; Retry-After says how many seconds to wait.' },
  },
}

/** All schemas that have a name. An answer may grow new fields, so none is closed. */
function schemas(): Schema {
  const { schemas: named } = z.toJSONSchema(z.globalRegistry, {
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => simplify(jsonSchema),
  })
  return Object.fromEntries(
    Object.entries(named).map(([id, { $schema, $id, id: _, ...schema }]) => [id, schema]),
  )
}

function parameter(schema: z.core.$ZodType): Schema {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => simplify(jsonSchema),
  })
  return rest
}

function simplify(schema: Schema): void {
  if (schema.additionalProperties === false) delete schema.additionalProperties
  if (schema.format === 'date-time') delete schema.pattern
}
