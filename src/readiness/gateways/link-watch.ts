import { linkNames } from '../../base/names.ts'
import type { Discovery } from '../../kube/discovery.ts'
import { type Cache, type CacheTools, createCache } from '../../kube/watch/cache.ts'
import { type Link, projectLink } from './link.ts'

/** The Links of all clusters, watched from `start` on. */
export class LinkWatch {
  readonly cache: Cache<Link>
  #isStarted = false
  #isServed: boolean | undefined

  /** `onChange` is called with each cluster whose Links changed, and without one if that concerns all. */
  constructor(tools: CacheTools, discovery: Pick<Discovery, 'find'>, onChange: (cluster?: string) => void) {
    this.cache = createCache(
      {
        name: linkNames.plural,
        resource: () => discovery.find(linkNames),
        project: projectLink,
        onChange: ({ before, after }) => {
          for (const cluster of new Set([before?.cluster, after?.cluster])) if (cluster) onChange(cluster)
        },
      },
      { ...tools, onState: () => this.#onState(tools.onState, onChange) },
    )
  }

  /** Does nothing if it was called before. */
  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    this.cache.start()
  }

  get isStarted(): boolean {
    return this.#isStarted
  }

  /** Whether the cluster has Links at all, with a complete list of them if so; `undefined`: not known yet. */
  get isServed(): boolean | undefined {
    return this.#isServed
  }

  all(): readonly Link[] {
    return [...this.cache.reader.entries()].map(([, link]) => link)
  }

  #onState(then: () => void, onChange: () => void): void {
    const before = this.#isServed
    const state = this.cache.state()
    if (state === 'watching') this.#isServed = true
    if (state === 'absent') this.#isServed = false
    if (this.#isServed !== before) onChange()
    then()
  }
}
