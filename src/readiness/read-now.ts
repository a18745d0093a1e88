import { headlessMirrorLabel } from '../base/names.ts'
import { ok, type Result } from '../base/result.ts'
import type { ReadinessOf, ServiceKey } from '../core/types.ts'
import type { KubeError } from '../kube/errors.ts'
import type { Transport } from '../kube/http/transport.ts'
import { resourcePath } from '../kube/resource.ts'
import { listPages } from '../kube/watch/pages.ts'
import { createStore, type StoreEntry } from '../kube/watch/store.ts'
import { readHead } from '../kube/watch/watch-event.ts'
import type { Open } from './objects.ts'
import {
  type OtherClusters,
  type ReadableClusters,
  beside as siblingOf,
  unreadClusters,
} from './remote/discovered.ts'
import { serviceNameLabel } from './slice.ts'
import { type Beside, openReadiness, type ServiceReadiness, silent } from './sources.ts'

/** Where to read, and when to stop. */
export interface ReadNow {
  readonly transport: Transport
  readonly signal: AbortSignal
}

/** What readiness comes from besides the API server, of which other clusters are read now too. */
export interface BesideNow extends Beside {
  readonly others?: ReadableClusters
}

type Answer = Result<void, KubeError>

/** What to ask in one namespace. */
interface Question {
  readonly namespace: string
  readonly query: { readonly fieldSelector?: string; readonly labelSelector?: string }
}

/**
 * The readiness of backends as the API server has it now: consistent reads of these Services, and of the
 * objects that show where their endpoints are, whatever else the cluster has. What their readiness depends on
 * in other clusters is read there. The error is that of the first read of this cluster that failed.
 */
export async function readNow(
  services: Iterable<ServiceKey>,
  reading: ReadNow,
  beside: BesideNow,
): Promise<Result<ReadinessOf, KubeError>> {
  const { signal } = reading
  const { open, ask } = questioner(reading)
  let others: OtherClusters = beside.others ?? unreadClusters
  const readiness = openReadiness(open, silent, {
    ...beside,
    others: {
      slicesOf: (...remote) => others.slicesOf(...remote),
      isPending: (...remote) => others.isPending(...remote),
    },
  })
  const known = await readServices(new Set(services), readiness, ask)
  if (!known.ok) return known
  const remotes = known.value.flatMap((service) => readiness.remotesOf(service))
  const [there, ...answers] = await Promise.all([
    beside.others?.readNow(remotes, signal),
    ask('endpoints', [...known.value.map(byName), ...byLabel(known.value, headlessMirrorLabel)]),
    ask('endpointslices', byLabel(known.value, serviceNameLabel)),
  ])
  others = there ?? others
  return answers.find((answer) => !answer.ok) ?? ok(readiness.of)
}

/** Reads these Services, and those of this cluster from which they take their endpoints; answers with all. */
async function readServices(
  services: Set<ServiceKey>,
  readiness: ServiceReadiness,
  ask: (kind: string, questions: readonly Question[]) => Promise<Answer>,
): Promise<Result<readonly ServiceKey[], KubeError>> {
  for (let unread = [...services]; unread.length > 0; ) {
    const answer = await ask('services', unread.map(byName))
    if (!answer.ok) return answer
    const siblings = unread.flatMap((service) => {
      const local = readiness.services.get(service)?.discovery?.local
      return local === undefined ? [] : siblingOf(service, local)
    })
    unread = siblings.filter((service) => !services.has(service))
    for (const service of unread) services.add(service)
  }
  return ok([...services])
}

/** Stores that are filled by asking: what was found is in them, as if there were nothing else. */
function questioner({ transport, signal }: ReadNow) {
  const asks = new Map<string, (questions: readonly Question[]) => Promise<Answer>>()
  const open: Open = ({ name, resource, labelSelector, project }, onChange) => {
    const { reader, writer } = createStore(onChange)
    const found: [string, StoreEntry<ReturnType<typeof project>>][] = []
    const take = (object: unknown) => {
      const head = readHead(object)
      if (head) found.push([head.key, { resourceVersion: head.resourceVersion, value: project(object) }])
    }
    asks.set(name, async (questions) => {
      const lists = questions.map(({ namespace, query }) => {
        const labels = [labelSelector, query.labelSelector].filter((part) => part !== undefined).join()
        const selectors = labels === '' ? query : { ...query, labelSelector: labels }
        return listPages(transport, resourcePath(resource, namespace), selectors, signal, take)
      })
      const refused = (await Promise.all(lists)).find((list) => !list.ok)
      if (refused && !refused.ok) return refused
      writer.replace(new Map(found), '')
      return ok(undefined)
    })
    return reader
  }
  const ask = async (kind: string, questions: readonly Question[]): Promise<Answer> =>
    (await asks.get(kind)?.(questions)) ?? ok(undefined)
  return { open, ask }
}

const partsOf = (key: ServiceKey): readonly [namespace: string, name: string] => {
  const slash = key.indexOf('/')
  return [key.slice(0, slash), key.slice(slash + 1)]
}

/** The object of that name. To read it as a list needs no further right. */
function byName(service: ServiceKey): Question {
  const [namespace, name] = partsOf(service)
  return { namespace, query: { fieldSelector: `metadata.name=${name}` } }
}

/** The objects that have one of these Services in a label, by one question for each namespace. */
function byLabel(services: readonly ServiceKey[], label: string): Question[] {
  const names = new Map<string, string[]>()
  for (const service of services) {
    const [namespace, name] = partsOf(service)
    names.set(namespace, [...(names.get(namespace) ?? []), name])
  }
  return [...names].map(([namespace, some]) => ({
    namespace,
    query: { labelSelector: `${label} in (${some.join()})` },
  }))
}
