import { linkNames } from '../../base/names.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
import type { Context } from '../command.ts'
import { readLinkerdView } from '../destination/linkerd-view.ts'
import { readOperatorCounts } from '../destination/operator-counts.ts'
import type { Cluster } from '../io.ts'
import { listAs, type Reading } from '../listing.ts'
import { readServices, type Snapshot } from '../snapshot.ts'
import type { Bag } from './bag.ts'

/** The Links of Linkerd's multicluster extension; without the extension there is nothing to add. */
export async function collectLinks(bag: Bag, reading: Reading): Promise<void> {
  const resource = await new DiscoverySnapshot(reading).find(linkNames)
  if (!resource.ok) return bag.miss('links', resource.error.message)
  if (!resource.value) return
  const found = await listAs(reading, { resource: resource.value }, (object) => object)
  if (found.ok) bag.json('linkerd/links.json', found.value)
  else bag.miss('links', found.error.message)
}

/** This reading is a second one, and only of what differs. */
const quiet = { count: () => {}, clear: () => {} }

/**
 * What each Pod of Linkerd's destination controller gives to proxies, and where that is not what is ready.
 */
export async function collectDestination(
  bag: Bag,
  { io, globals }: Context,
  cluster: Cluster,
  snapshot: Snapshot,
): Promise<void> {
  const reading = { transport: cluster.transport, signal: io.interrupted }
  const question = {
    cluster,
    io,
    namespace: globals.linkerdNamespace,
    routes: snapshot.routes,
    readServices: () => readServices(reading, [undefined], quiet),
    readCounts: () => readOperatorCounts(cluster, io, 'all'),
  }
  const { unseen, ...view } = await readLinkerdView(question, snapshot)
  if (view.pods.length > 0) bag.json('linkerd/destination.json', view)
  for (const line of unseen) bag.miss('what Linkerd gives to proxies', line)
}
