import type { Account } from '../core/account.ts'
import { bestOf, downBecause } from '../core/readiness.ts'
import type { Backend, Readiness, ServiceKey } from '../core/types.ts'
import type { StoreReader } from '../kube/watch/store.ts'
import { accountFrom } from './account.ts'
import { unlistedService } from './missing.ts'
import type { Target } from './reach.ts'
import type { ServiceFacts } from './service-facts.ts'
import type { LastSource, ReadinessSource } from './source.ts'

/** A Service, and how it is called. */
export type Called = Pick<Backend, 'service' | 'port' | 'apex'>

/** What is known of backends. */
export interface Backends {
  /** Whether requests to a backend find an endpoint. */
  readonly of: (called: Called) => Readiness
  /** The same with the reasons, for people. */
  readonly account: (called: Called) => Account
}

/** Judges backends by their Services and by the sources, which are asked in order: `first`, then `last`. */
export function judgeBackends(
  services: StoreReader<ServiceFacts>,
  first: readonly ReadinessSource[],
  last: LastSource,
): Backends {
  const ofTarget = (target: Target): Readiness => {
    for (const source of first) {
      const readiness = source.of(target)
      if (readiness) return readiness
    }
    return last.of(target)
  }
  const targetsOf = ({ service, port, apex }: Called, facts: ServiceFacts): Target[] => {
    const called = port === undefined ? portsOf(apex, services) : [port]
    return called.map((one) => ({ service, facts, port: one }))
  }
  const of: Backends['of'] = (called) => {
    const { service } = called
    // Which source knows a Service, and which port of it is called, is not known before all Services are.
    if (!services.synced) return unlistedService(service)
    const facts = services.get(service)
    if (!facts) return downBecause(`there is no Service ${service}`)
    if (facts.isExternal)
      return downBecause(`${service} is of type ExternalName, which Linkerd cannot send to`)
    // Called by several ports it serves at least one, if that is ready.
    return bestOf(targetsOf(called, facts).map(ofTarget))
  }
  const sourceOf = (target: Target): ReadinessSource =>
    first.find((source) => source.of(target) !== undefined) ?? last
  return {
    of,
    account: (called) => {
      const facts = services.get(called.service)
      return accountFrom(called.service, of(called), facts ? targetsOf(called, facts) : [], sourceOf)
    },
  }
}

/** The ports by which a backend is called that has none of its own: those of the apex. `undefined`: any. */
function portsOf(
  apex: ServiceKey | undefined,
  services: StoreReader<ServiceFacts>,
): readonly (number | undefined)[] {
  const ports = apex === undefined ? [] : (services.get(apex)?.ports ?? [])
  return ports.length === 0 ? [undefined] : ports.map(({ port }) => port)
}
