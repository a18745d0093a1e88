import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import * as z from 'zod'
import { child, list, text } from '../../base/json.ts'
import type { Memory } from './memory.ts'

const folder = new URL('multicluster/', import.meta.url)

const state = z.enum(['ready', 'down', 'unknown'])
const counts = z.tuple([z.coerce.number(), z.coerce.number()])

/** `ready 1/2`, `down 0/2` or `unknown`. */
const found = z.string().transform((written) => {
  const [word, fraction] = written.split(' ')
  if (fraction === undefined) return { state: state.parse(word) }
  const [ready, total] = counts.parse(fraction.split('/'))
  return { state: state.parse(word), ready, total }
})

/** What the operator finds. */
export type Found = z.infer<typeof found>

const judged = z.strictObject({
  truth: z.enum(['ready', 'down']),
  operator: found,
  because: z.string().optional(),
})

const files = z.strictObject({ source: z.string(), target: z.string(), west: z.string().optional() })

const stage = z.strictObject({
  what: z.string(),
  objects: z
    .string()
    .transform((file): z.infer<typeof files> => ({ source: file, target: file }))
    .or(files),
  acts: z.array(z.int()),
  hasLink: z.boolean().default(true),
  gateway: z.literal('dead').optional(),
  services: z.record(z.string(), judged),
})
const life = z.strictObject({ mode: z.string(), stages: z.array(stage) })

/** A stage in the life of a Service that is in several clusters. */
export type Stage = z.infer<typeof stage>

/** What the head of `multicluster/stages.yaml` describes. */
export const lives = z.array(life).parse(read('stages'))

/**
 * The objects of the cluster that calls, and of those that it is linked with; `undefined`: its API server is
 * away.
 */
export interface Recorded {
  readonly source: readonly object[]
  readonly target: readonly object[] | undefined
  readonly west: readonly object[] | undefined
}

/** The objects of a file. */
export const recorded = (file: string): Recorded => objectsOf({ objects: { source: file, target: file } })

/** The objects of a stage. */
export function objectsOf({ objects: { source, target, west } }: Pick<Stage, 'objects'>): Recorded {
  const here = objectsIn(source, 'source') ?? []
  if (west === undefined) return { source: here, target: objectsIn(target, 'target'), west: [] }
  return {
    source: asBasket(here),
    target: asBasket(objectsIn(target, 'target')),
    west: asBasket(objectsIn(west, 'target')),
  }
}

/** The objects of one cluster; none if its API server could not be read, which all have something. */
function objectsIn(file: string, cluster: 'source' | 'target'): object[] | undefined {
  const objects = list(read(file), cluster).map(Object)
  return cluster === 'target' && objects.length === 0 ? undefined : withoutGarbage(objects)
}

/** A Service of another name, which has one more member: in the cluster `west`. */
function asBasket<T>(objects: T): T {
  const written = JSON.stringify(objects ?? null).replaceAll('cart', 'basket')
  return JSON.parse(written.replaceAll('basket@target', 'basket@target,basket@west')) ?? undefined
}

function read(file: string): unknown {
  return parse(readFileSync(new URL(`${file}.yaml`, folder), 'utf8'))
}

/** No garbage collector ran in the recorded clusters. One deletes the slices of a Service that is gone. */
function withoutGarbage(objects: readonly object[]): object[] {
  const services = objects.filter((object) => kindOf(object) === 'Service').map(nameOf)
  return objects.filter(
    (object) => kindOf(object) !== 'EndpointSlice' || services.includes(serviceOf(object)),
  )
}

export const kindOf = (object: unknown) => text(object, 'kind')
export const nameOf = (object: unknown) => text(child(object, 'metadata'), 'name')
/** The Service of a slice. */
export const serviceOf = (slice: unknown) =>
  text(child(child(slice, 'metadata'), 'labels'), 'kubernetes.io/service-name')

const watches = { Service: 'services', Endpoints: 'endpoints', EndpointSlice: 'endpointslices' } as const

/** Puts objects into a cluster, and removes those that were there before and are gone now. */
export function putAll(memory: Memory, objects: readonly object[], before: readonly object[] = []): void {
  for (const [kind, watch] of Object.entries(watches)) {
    const now = objects.filter((object) => kindOf(object) === kind)
    const names = new Set(now.map(nameOf))
    for (const name of before.filter((object) => kindOf(object) === kind).map(nameOf))
      if (!names.has(name)) memory.drop(watch, `shop/${name}`)
    for (const object of now) memory.put(watch, object)
  }
}
