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
import { beside as siblingOf } from './remote/discovered.ts'
import { serviceNameLabel } from './slice.ts'
import { type Beside, openReadiness, type ServiceReadiness, silent } from './sources.ts'

/** Where to read, and when to stop. */
export interface ReadNow {
  readonly transport: Transport
  readonly signal: AbortSignal
}

type Answer = Result<void, KubeError>

/** What to ask in one namespace. */
interface Question {
  readonly namespace: string
  readonly query: { readonly fieldSelector?: string; readonly labelSelector?: string }
}

/**
 * The readiness of backends as the API server has it now: consistent reads of these Services, and of the
 * objects that tell where their endpoints are, whatever else the cluster has. Other clusters are not read: what
 * is in them is as it is known `beside`. The error is that of the first read that failed.
 */
export async function readNow(
  services: Iterable<ServiceKey>,
  reading: ReadNow,
  beside: Beside,
): Promise<Result<ReadinessOf, KubeError>> {
  const { open, ask } = questioner(reading)
  const readiness = openReadiness(open, silent, beside)
  const known = await readServices(new Set(services), readiness, ask)
  if (!known.ok) return known
  const answers = await Promise.all([
    ask('endpoints', [...known.value.map(byName), ...byLabel(known.value, headlessMirrorLabel)]),
    ask('endpointslices', byLabel(known.value, serviceNameLabel)),
  ])
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
