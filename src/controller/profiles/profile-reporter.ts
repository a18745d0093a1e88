import { weightsOf } from '../../core/split.ts'
import type { KubeError } from '../../kube/errors.ts'
import type { EventInput } from '../../kube/events/recorder.ts'
import { routeTitle } from '../../routes/key.ts'
import type { ProfileWrite } from '../../routes/profile/judge-profile.ts'
import { type Profile, profileNames } from '../../routes/profile/profile.ts'
import type { Route } from '../../routes/route.ts'
import type { Platform } from '../platform.ts'
import type { Cause } from '../queue.ts'
import { createProfileMetrics, type ProfileReadings } from './profile-metrics.ts'

/** After so many refusals in a row an Event warns the owner of the TrafficSplit. */
const refusalsUntilEvent = 5

interface Refusal {
  readonly message: string
  readonly count: number
}

/** Reports writes of ServiceProfiles, and why there are none: log, metrics, and Events on failures. */
export class ProfileReporter {
  readonly #platform: Platform
  readonly #metrics: ReturnType<typeof createProfileMetrics>
  /** By the title of the TrafficSplit. */
  readonly #refusals = new Map<string, Refusal>()
  #isServed = true

  constructor(platform: Platform, readings: ProfileReadings) {
    this.#platform = platform
    this.#metrics = createProfileMetrics(platform.registry, readings)
  }

  wrote(split: Route, name: string, { kind }: ProfileWrite, cause: Cause): void {
    const { log, clock } = this.#platform
    const title = routeTitle(split)
    const delayMs = clock.now() - cause.at
    this.#refusals.delete(title)
    this.#metrics.writes.inc({ outcome: kind === 'create' ? 'created' : 'written' })
    this.#metrics.delay.observe(delayMs / 1000)
    const weights = split.splits.map(weightsOf)
    const what = kind === 'create' ? 'was created with' : 'has'
    log.info(
      { route: title, serviceProfile: name, weights, delayMs },
      `ServiceProfile ${split.namespace}/${name} ${what} the weights of ${title}`,
    )
  }

  failed(split: Route, name: string, error: KubeError): void {
    const { log } = this.#platform
    const title = routeTitle(split)
    this.#metrics.writes.inc({ outcome: error.kind })
    const before = this.#refusals.get(title)
    const attempt = (before?.count ?? 0) + 1
    this.#refusals.set(title, { message: error.message, count: attempt })
    const sentence = `could not write the ServiceProfile ${split.namespace}/${name} of ${title}, will retry: ${error.message}`
    const fields = { route: title, serviceProfile: name, error: error.kind, attempt }
    if (before?.message === error.message) log.debug(fields, sentence)
    else log.warn(fields, sentence)
    if (attempt === refusalsUntilEvent)
      this.#event(split, { type: 'Warning', reason: 'WriteRefused', action: 'Retry', note: sentence })
  }

  /** The TrafficSplit is gone, or no longer controlled. */
  forget(split: Route): void {
    this.#refusals.delete(routeTitle(split))
  }

  /** Another client keeps undoing what is written. */
  fought(split: Route, name: string): void {
    const note = `another client keeps undoing the weights of the ServiceProfile ${split.namespace}/${name}, so the operator writes them less often; find it in metadata.managedFields of the ServiceProfile, or give each TrafficSplit a Service of its own`
    this.#platform.log.warn({ route: routeTitle(split) }, `${routeTitle(split)}: ${note}`)
    this.#event(split, { type: 'Warning', reason: 'Fought', action: 'SlowDown', note })
  }

  unfought(split: Route, name: string): void {
    const note = `no other client undoes the weights of the ServiceProfile ${split.namespace}/${name} any more; the operator writes them at once again`
    this.#platform.log.info({ route: routeTitle(split) }, `${routeTitle(split)}: ${note}`)
    this.#event(split, { type: 'Normal', reason: 'FightOver', action: 'SpeedUp', note })
  }

  /** A ServiceProfile that the operator wrote has no controlled TrafficSplit any more. */
  orphaned(profile: Profile): void {
    const { namespace, name, uid } = profile
    const note = `no controlled TrafficSplit has the Service ${profile.service} as its spec.service any more, and proxies go on with the dstOverrides that the operator wrote; if no other program writes them, delete the ServiceProfile, or its spec.dstOverrides if it has routes of its own`
    this.#platform.log.warn(
      { serviceProfile: `${namespace}/${name}` },
      `ServiceProfile ${namespace}/${name}: ${note}`,
    )
    const apiVersion = `${profileNames.group}/${profileNames.versions[0]}`
    this.#platform.recordEvent({
      regarding: { apiVersion, kind: 'ServiceProfile', namespace, name, uid },
      type: 'Warning',
      reason: 'ServiceProfile',
      action: 'Diagnose',
      note,
    })
  }

  /** Whether the cluster serves ServiceProfiles; a change is reported once, and then the answer is true. */
  served(isServed: boolean): boolean {
    if (isServed === this.#isServed) return false
    this.#isServed = isServed
    const { log } = this.#platform
    if (isServed) log.info({}, 'the cluster serves ServiceProfiles now: the operator writes them')
    else
      log.warn(
        {},
        'the cluster does not serve ServiceProfiles (linkerd.io/v1alpha2), so none is written; install the CRDs of Linkerd',
      )
    return true
  }

  #event({ apiVersion, objectKind: kind, namespace, name, uid }: Route, what: Omit<EventInput, 'regarding'>) {
    this.#platform.recordEvent({ regarding: { apiVersion, kind, namespace, name, uid }, ...what })
  }
}
