import type { KubeObject } from '../../../sandbox/server.ts'
import { type Count, endpoints, isUp, sumsOf } from './count.ts'
import { type Elsewhere, readElsewhere } from './elsewhere.ts'
import { type Addresses, readAddresses } from './endpoints.ts'
import type { GatewayWord } from './gateway-view.ts'
import { History } from './history.ts'
import { countOf, Slices } from './slices.ts'

/** From which moment to which a process may have seen a kind of object. */
export type Span = readonly [from: number, to: number]
export type Spans = { readonly endpointslices: Span; readonly endpoints: Span; readonly services: Span }

/** What a process can have seen when it decided. */
export interface Sight {
  readonly spans: Spans
  /** When it decided (virtual ms); absent for what is so for good if nothing changes. */
  readonly at: number | undefined
  /** Whether it can think that there is a Link to the other cluster. */
  readonly links: readonly boolean[]
  /** What it can think of the gateway of that cluster. */
  readonly gateway: readonly GatewayWord[]
  /** Only what every replica can know counts, so not what the other cluster has against Endpoints that are ready. */
  readonly isForAll?: boolean
  /** What it can take a Service of the other cluster for. */
  readonly far: (service: string, port: number | undefined) => readonly Count[]
}

/** What a Service itself says of where its endpoints are. */
type Place =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'here'
      readonly isMirrored: boolean
      /** It is mirrored from the other cluster, and nothing updates it without the Link. */
      readonly needsLink: boolean
      /** The Service of that cluster that it stands for. */
      readonly origin: string | undefined
      readonly since: number
    }
  | ({ readonly kind: 'elsewhere' } & Elsewhere)

/** The Endpoints of a Service; without any, since when (virtual ms). */
type Mirrored = Addresses | { readonly since: number }

interface ServiceHistory {
  readonly place: History<Place>
  readonly mirrored: History<Mirrored>
}

const mirroredLabel = 'mirror.linkerd.io/mirrored-service'
const clusterLabel = 'mirror.linkerd.io/cluster-name'
const originAnnotation = 'mirror.linkerd.io/remote-svc-fq-name'

/**
 * A mirrored Service may lack its Endpoints for so long and mean nothing by it (ms), since a change of mode deletes
 * them before it writes the new labels. A little less, for rounding.
 */
const graceMs = 1_999.999

const none = endpoints(0)
/** How many Pods are behind a gateway is not known; it is as good as any number. */
const behindGateway = endpoints(Number.POSITIVE_INFINITY)

/** Readiness of every Service at every moment, from what docs/developing/ARCHITECTURE.md says about which object is asked. */
export class Services {
  readonly #slices = new Slices()
  readonly #histories = new Map<string, ServiceHistory>()

  /** Takes a change of an EndpointSlice, an Endpoints object or a Service; `object` is absent when it is gone. */
  change(resource: string, key: string, object: KubeObject | undefined, moment: number, at: number): void {
    if (resource === 'endpointslices') this.#slices.change(key, object, moment)
    if (resource === 'endpoints')
      this.#of(key).mirrored.set(moment, object && isMirrored(object) ? readAddresses(object) : { since: at })
    if (resource === 'services')
      this.#of(key).place.set(
        moment,
        object ? placeOf(key, object, at, this.#of(key).place.now) : { kind: 'absent' },
      )
  }

  /** What a process may take something called (`shop/web:80`) for, given what it can have seen. */
  possible(called: string, sight: Sight): Count[] {
    const [service = '', number] = called.split(':')
    const port = number === undefined ? undefined : Number(number)
    const { mirrored, place } = this.#of(service)
    const possible = place.during(...sight.spans.services).flatMap((where): readonly Count[] => {
      if (where.kind === 'absent') return [none]
      if (where.kind === 'elsewhere') return this.#ofMembers(where, port, sight)
      return mirrored.during(...sight.spans.endpoints).flatMap((said) => {
        if ('hosts' in said) {
          const counts = this.#ofAddresses(service, said, sight)
          return where.needsLink ? doubted(confirmed(counts, where.origin, port, sight), sight) : counts
        }
        const bySlices = this.#bySlices(service, port, sight)
        if (!where.isMirrored || sight.at === undefined) return bySlices
        const isLong = sight.at - Math.max(said.since, where.since) > graceMs
        return isLong ? ['unknown' as const, ...bySlices] : ['unknown' as const]
      })
    })
    return [...new Set(possible)]
  }

  /** Whether a Service is there now. */
  isThere(service: string): boolean {
    return this.#of(service).place.now.kind !== 'absent'
  }

  /**
   * Whether its own slices alone have ever said what it is, so that it changes only when one of them does: not time,
   * and no other Service or cluster; or the Service has said that it is in a cluster that does not exist.
   */
  isByItself(called: string): boolean {
    const { place, mirrored } = this.#of(called.split(':')[0] ?? '')
    const always = [0, Number.POSITIVE_INFINITY] as const
    return (
      place.during(...always).every((where) => {
        if (where.kind === 'elsewhere') return where.isOdd && !where.local && where.members.length === 0
        return where.kind === 'absent' || !where.isMirrored
      }) && mirrored.during(...always).every((said) => !('hosts' in said))
    )
  }

  #bySlices(service: string, port: number | undefined, { spans }: Sight): Count[] {
    return this.#slices
      .of(service)
      .during(...spans.endpointslices)
      .map((served) => countOf(served, port))
  }

  /** The local member is judged by its slices, those of the other cluster by what was read there. */
  #ofMembers({ local, members, isOdd }: Elsewhere, port: number | undefined, sight: Sight): Count[] {
    const all: (readonly Count[])[] = members.map((member) => sight.far(member, port))
    if (local !== undefined)
      all.push(
        this.#of(local)
          .place.during(...sight.spans.services)
          .flatMap(({ kind }) => (kind === 'absent' ? [none] : this.#bySlices(local, port, sight))),
      )
    return sumsOf(isOdd ? [...all, ['unknown']] : all)
  }

  /** An address of a headless mirror counts if the Endpoints of its host have one, too. */
  #ofAddresses(service: string, { isReady, hosts }: Addresses, sight: Sight): Count[] {
    if (hosts === undefined) return [isReady ? behindGateway : none]
    const ofHosts = hosts.map((host) =>
      this.#of(`${service.split('/')[0]}/${host}`)
        .mirrored.during(...sight.spans.endpoints)
        .map((one) => endpoints('hosts' in one && one.isReady ? 1 : 0, 1)),
    )
    return sumsOf(ofHosts)
  }

  #of(service: string): ServiceHistory {
    const known = this.#histories.get(service) ?? {
      place: new History<Place>({ kind: 'absent' }),
      mirrored: new History<Mirrored>({ since: 0 }),
    }
    this.#histories.set(service, known)
    return known
  }
}

/**
 * What is ready by its Endpoints is down if none of its Pods there is known to be ready. A cluster that cannot be
 * read changes nothing, but its first list may be waited for.
 */
function confirmed(
  said: readonly Count[],
  origin: string | undefined,
  port: number | undefined,
  { far, at, isForAll }: Sight,
): readonly Count[] {
  if (origin === undefined) return said
  const there = far(origin, port)
  return said.flatMap((count): Count[] => {
    if (count === 'unknown' || !isUp(count)) return [count]
    return there.flatMap((one): Count[] => {
      if (one === 'unknown') return at === undefined ? [count] : [count, 'unknown']
      if (isUp(one)) return [count]
      return [isForAll ? 'unknown' : none]
    })
  })
}

/**
 * Without a Link nothing takes back that a mirror is ready, and a gateway that fails its probes makes it down, whatever
 * its Endpoints say. That it is down is believed.
 */
function doubted(counts: readonly Count[], { links, gateway }: Sight): Count[] {
  const words = links.flatMap((isThere) => (isThere ? gateway : ['pending' as const]))
  return counts.flatMap((count): readonly Count[] => {
    if (count === 'unknown' || !isUp(count)) return [count]
    const byWord = { fine: count, pending: 'unknown', down: none } as const
    return words.map((word) => byWord[word])
  })
}

const isMirrored = ({ metadata }: KubeObject) => metadata.labels?.[mirroredLabel] === 'true'

/** A write that changes nothing of what matters here begins nothing either: the mirror rewrites annotations. */
function placeOf(key: string, service: KubeObject, now: number, before: Place): Place {
  const elsewhere = readElsewhere(key, service)
  if (elsewhere) return { kind: 'elsewhere', ...elsewhere }
  const needsLink = isMirrored(service) && service.metadata.labels?.[clusterLabel] !== undefined
  const [, name] =
    /^([a-z0-9-]+)\.[a-z0-9-]+\.svc\./.exec(service.metadata.annotations?.[originAnnotation] ?? '') ?? []
  const origin = needsLink && name !== undefined ? `${key.split('/')[0]}/${name}` : undefined
  const isAsBefore = before.kind === 'here' && before.isMirrored === isMirrored(service)
  const since = isAsBefore ? before.since : now
  return { kind: 'here', isMirrored: isMirrored(service), needsLink, origin, since }
}
