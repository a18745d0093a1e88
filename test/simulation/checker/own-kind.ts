import { equal } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'
import type { Process } from '../engine/process.ts'
import type { Sent } from '../network/sent.ts'
import type { KindFacts } from './kind-facts.ts'
import { KindView, timersDone } from './kind-view.ts'
import type { View } from './view.ts'

/** Whether a process has read all objects of a kind. */
export type Knows = 'surely' | 'maybe' | 'no'

/** Follows what happens to the objects of one of the operator's own kinds, and what each process comes to know of them. */
export class OwnKind<Spec> {
  readonly facts: KindFacts<Spec>
  /** The resource. */
  readonly plural: string
  readonly #kind: string
  readonly #views = new Map<Process, KindView>()
  readonly #objects = new Map<string, KubeObject>()

  constructor(kind: string, plural: string, facts: KindFacts<Spec>) {
    this.#kind = kind
    this.plural = plural
    this.facts = facts
  }

  view(process: Process): KindView {
    const known = this.#views.get(process) ?? new KindView()
    this.#views.set(process, known)
    return known
  }

  /** The objects that there are now, by `namespace/name`. */
  get objects(): ReadonlyMap<string, KubeObject> {
    return this.#objects
  }

  /** Takes each change of the cluster; answers with what is wrong with it if the operator made it. */
  changed(
    plural: string,
    key: string,
    object: KubeObject | undefined,
    moment: number,
    at: number,
  ): string | undefined {
    if (plural === 'customresourcedefinitions' && key.endsWith(`/${this.plural}.failover.linkerd.io`))
      this.facts.serve(object !== undefined, moment, at)
    if (plural !== this.plural) return undefined
    const before = this.#objects.get(key)
    if (object) this.#objects.set(key, object)
    else this.#objects.delete(key)
    this.facts.change(key, object, moment, at)
    const isStatus = before && object && equal(withoutStatus(before), withoutStatus(object))
    return isStatus ? undefined : `wrote more of the ${this.#kind} ${key} than its status`
  }

  /** A process may know more of them now. */
  told(process: Process, of: string, view: View, at: number): void {
    const known = view.of(this.plural)
    if (of === this.plural && known !== undefined) this.view(process).knows(known, at)
  }

  /** A list that is read by a watch goes on as that watch. */
  listed(process: Process, of: string, at: number): void {
    if (of === this.plural) this.view(process).opened(at)
  }

  answered({ process, request, resource: of }: Sent, status: number, at: number): void {
    const isPlainWatch = request.query?.watch === '1' && request.query.sendInitialEvents === undefined
    if (of === this.plural && isPlainWatch && status === 200) this.view(process).opened(at)
  }

  left({ process, resource: of }: Sent, at: number): void {
    if (of === this.plural) this.view(process).left(at, timersDone(process, at))
  }

  /**
   * Whether the sender of a write had read all of them; `hasLooked`: it had certainly looked up whether the kind is
   * served. One that is not has none.
   */
  knownTo({ process, at, moment, view }: Sent, hasLooked: boolean): Knows {
    const known = view.of(this.plural)
    if (known !== undefined) return this.view(process).firstKnownAt === at ? 'maybe' : 'surely'
    if (!this.facts.wasUnserved(process.bornMoment, moment)) return 'no'
    return hasLooked && !this.facts.wasServed(process.bornMoment, moment) ? 'surely' : 'maybe'
  }
}

/** An object but for its status and what every write changes. */
function withoutStatus({ status: _, ...object }: KubeObject) {
  const { resourceVersion: __, managedFields: ___, ...metadata } = object.metadata
  return { ...object, metadata }
}
