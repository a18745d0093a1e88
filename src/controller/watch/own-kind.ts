import type { Log } from '../../base/log.ts'
import type { Cache } from '../../kube/watch/cache.ts'

export interface OwnKindOptions {
  readonly log: Log
  readonly cache: Pick<Cache<unknown>, 'state' | 'reader'>
  /** Whether it is certain that what is not there was deleted on purpose. */
  readonly setSure: (isSure: boolean) => void
  /** What to report if the kind itself was removed; `undefined` if that changes nothing. */
  readonly onRemoved: () =>
    | { readonly fields: Readonly<Record<string, unknown>>; readonly text: string }
    | undefined
  /** Called once, when its objects are known. */
  readonly onKnown: () => void
}

/** How far the objects of one of our own kinds are known; the kind may be installed and removed at any time. */
export class OwnKind {
  readonly #options: OwnKindOptions
  #isKnown = false
  #wasAbsent = false

  constructor(options: OwnKindOptions) {
    this.#options = options
  }

  get isKnown(): boolean {
    return this.#isKnown
  }

  /** They are known, or the server refuses to list them, which may never end. */
  get isSettled(): boolean {
    return this.#isKnown || this.#options.cache.state() === 'backingOff'
  }

  /** Must be called with each change of the state of the cache. */
  see(): void {
    const { cache, setSure, onKnown } = this.#options
    const state = cache.state()
    // Without a watch it is not known why an object is gone: with the whole kind, maybe.
    setSure(state === 'watching')
    if (state === 'absent') this.#reportRemoved()
    this.#wasAbsent = state === 'absent' || (this.#wasAbsent && state === 'resolving')
    if (!cache.reader.synced || this.#isKnown) return
    this.#isKnown = true
    onKnown()
  }

  #reportRemoved(): void {
    const news = this.#wasAbsent ? undefined : this.#options.onRemoved()
    if (news) this.#options.log.error(news.fields, news.text)
  }
}
