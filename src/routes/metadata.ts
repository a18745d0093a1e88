import * as z from 'zod'

const managedFields = z.object({
  manager: z.string().catch(''),
  time: z.string().catch(''),
  subresource: z.string().optional().catch(undefined),
  fieldsV1: z.object({ 'f:spec': z.record(z.string(), z.unknown()).catch({}) }).catch({ 'f:spec': {} }),
})

/** The metadata that every route kind shares. Anything else of an object is left unread. */
const metadata = z.object({
  namespace: z.string().catch(''),
  name: z.string().catch(''),
  uid: z.string().catch(''),
  resourceVersion: z.string().catch(''),
  generation: z.number().optional().catch(undefined),
  labels: z.record(z.string(), z.string()).catch({}),
  annotations: z.record(z.string(), z.string()).catch({}),
  managedFields: z.array(managedFields).catch([]),
})

const empty = {
  namespace: '',
  name: '',
  uid: '',
  resourceVersion: '',
  generation: undefined,
  labels: {},
  annotations: {},
  managedFields: [],
}
const objectWithMetadata = z.object({ apiVersion: z.string().catch(''), metadata: metadata.catch(empty) })

export type RouteMetadata = z.infer<typeof objectWithMetadata>

/** Reads what identifies an object; total, absent parts are empty. */
export const readMetadata = (object: unknown): RouteMetadata =>
  objectWithMetadata.catch({ apiVersion: '', metadata: empty }).parse(object)
