import type { Result } from '../../base/result.ts'
import type { KubeError } from '../../kube/errors.ts'
import { startDeadline } from '../../kube/http/deadline.ts'
import type { Transport } from '../../kube/http/transport.ts'
import { writeWithin } from '../../kube/lease/write-within.ts'
import { resourcePath } from '../../kube/resource.ts'
import { listPages } from '../../kube/watch/pages.ts'
import type { Route } from '../../routes/route.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import type { Platform } from '../platform.ts'
import { freshMs } from '../write/confirm.ts'
import { weightsText } from '../write/fights.ts'
import { resourceOf } from '../write/route-writer.ts'

/**
 * Lets a standby write what follows from a TrafficSplit, if the API server still has that as it is known
 * here, and for as long as this is fresh; `undefined` if it has not, or could not be asked, or if standbys
 * never write. The watch of this replica may be late: then what it knows has been overtaken.
 */
export async function copyAsStandby(
  { clock, transport, hedging }: Pick<Platform, 'clock' | 'transport' | 'hedging'>,
  split: Route,
  write: (transport: Transport) => Promise<Result<void, KubeError>>,
): Promise<Result<void, KubeError> | undefined> {
  if (!hedging) return undefined
  const until = clock.now() + freshMs
  const deadline = startDeadline(clock, freshMs)
  const found: Route[] = []
  const path = resourcePath(resourceOf(split, trafficSplit), split.namespace)
  const query = { fieldSelector: `metadata.name=${split.name}` }
  const listed = await listPages(transport, path, query, deadline.signal, (object) => {
    found.push(trafficSplit.read(object))
  })
  deadline.stop()
  const [now] = found
  if (!listed.ok || !now || !isSame(now, split)) return undefined
  return write(writeWithin(hedging.transport, () => until - clock.now()))
}

const isSame = (now: Route, known: Route): boolean =>
  now.uid === known.uid && now.generation === known.generation && weightsText(now) === weightsText(known)
