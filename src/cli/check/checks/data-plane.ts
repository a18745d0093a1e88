import * as z from 'zod'
import type { Resource } from '../../../kube/resource.ts'
import { resourcePath } from '../../../kube/resource.ts'
import { bad, type Check, good, listed, skipped, warning } from '../finding.ts'

const pods: Resource = { group: '', version: 'v1', plural: 'pods' }
/** Linkerd's injector puts this label on every Pod that gets a proxy. */
const proxyLabel = 'linkerd.io/control-plane-ns'
const items = z.object({ items: z.array(z.unknown()).nullish() })

export const namespacesAreMeshed: Check = {
  id: 'meshed',
  description: 'namespaces with controlled routes have Pods with a Linkerd proxy',
  meaning:
    'The proxies of the clients route by the weights. If no Pod of the namespace has a proxy, the weights have an effect only on clients in other namespaces.',
  run: async (context) => {
    const [reading, snapshot] = [await context.reading(), await context.snapshot()]
    if (!reading.ok || !snapshot.ok) return skipped
    const namespaces = [...new Set(snapshot.value.routes.map(({ namespace }) => namespace))]
    const bare: string[] = []
    for (const namespace of namespaces) {
      const path = resourcePath(pods, namespace)
      const query = { labelSelector: proxyLabel, limit: '1' }
      const answer = await reading.value.transport.request({ method: 'GET', path, query })
      if (!answer.ok) return bad(answer.error.message)
      if ((items.safeParse(answer.value).data?.items ?? []).length === 0) bare.push(namespace)
    }
    return bare.length === 0 ? good : warning(listed('these namespaces have no such Pod:', bare))
  },
}
