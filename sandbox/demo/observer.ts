/**
 * What the demo itself sees of the cluster, through its own watches: readiness, weights, and when each
 * changed.
 */
import { z } from 'zod'
import type { DemoRoute } from './routes.ts'

const sliceShape = z.object({
  metadata: z.object({
    name: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  endpoints: z
    .array(z.object({ conditions: z.object({ ready: z.boolean().nullish() }).nullish() }))
    .nullish(),
})

const pauseShape = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).optional() }),
})
const pausedAnnotation = 'failover.linkerd.io/paused'

export interface Endpoints {
  readonly ready: number
  readonly total: number
}

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED'

export class Observer {
  weights: ReadonlyMap<string, number> = new Map()
  /** When the weights were last seen to change, in milliseconds of the monotonic clock. */
  weightsAt = 0
  /** Whether the annotation of the route keeps the operator away from its weights. */
  isPaused = false
  readonly #name: string
  readonly #read: DemoRoute['read']
  readonly #slices = new Map<string, Endpoints & { service: string }>()
  readonly #turnedAt = new Map<string, number>()
  readonly #listeners = new Set<() => void>()

  /** Looks at the route of this name. */
  constructor(name: string, { read }: Pick<DemoRoute, 'read'>) {
    this.#name = name
    this.#read = read
  }

  /** An EndpointSlice was added, changed or deleted at the instant `at`. */
  sawSlice(type: ChangeType, object: unknown, at: number): void {
    const slice = sliceShape.safeParse(object).data
    const service = slice?.metadata.labels?.['kubernetes.io/service-name']
    if (!slice || !service) return
    const { metadata, endpoints } = slice
    const before = this.isReady(service)
    if (type === 'DELETED') this.#slices.delete(metadata.name)
    else {
      const all = endpoints ?? []
      const ready = all.filter((endpoint) => endpoint.conditions?.ready !== false).length
      this.#slices.set(metadata.name, { service, ready, total: all.length })
    }
    if (this.isReady(service) !== before) this.#turnedAt.set(service, at)
    this.#tell()
  }

  /** A route was added, changed or deleted at the instant `at`. */
  sawRoute(type: ChangeType, object: unknown, at: number): void {
    const route = this.#read(object)
    if (route?.name !== this.#name) return
    const weights = type === 'DELETED' ? [] : route.weights
    const annotations = pauseShape.safeParse(object).data?.metadata.annotations
    const isPaused = type !== 'DELETED' && annotations?.[pausedAnnotation] === 'true'
    const isMoved = JSON.stringify(weights) !== JSON.stringify([...this.weights])
    if (!isMoved && isPaused === this.isPaused) return
    this.isPaused = isPaused
    if (isMoved) {
      this.weights = new Map(weights)
      this.weightsAt = at
    }
    this.#tell()
  }

  endpoints(service: string): Endpoints {
    let ready = 0
    let total = 0
    for (const slice of this.#slices.values()) {
      if (slice.service !== service) continue
      ready += slice.ready
      total += slice.total
    }
    return { ready, total }
  }

  isReady(service: string): boolean {
    return this.endpoints(service).ready > 0
  }

  /** When the service last went from ready to down or back. */
  turnedAt(service: string): number | undefined {
    return this.#turnedAt.get(service)
  }

  /** Calls `listener` after each change that was seen; returns the way to end that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves with true as soon as `test` holds, with false once `timeoutMs` have passed without. */
  until(test: () => boolean, timeoutMs: number): Promise<boolean> {
    if (test()) return Promise.resolve(true)
    return new Promise((resolve) => {
      const finish = (held: boolean) => {
        clearTimeout(timer)
        forget()
        resolve(held)
      }
      const timer = setTimeout(() => finish(false), timeoutMs)
      const forget = this.onChange(() => {
        if (test()) finish(true)
      })
    })
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
