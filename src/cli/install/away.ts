import { counted } from '../../base/counted.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { isAllZero } from '../../core/split.ts'
import { primaryServes } from '../../core/transition.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
import { routeTitle } from '../../routes/key.ts'
import { exitCodes, type Failure } from '../failure.ts'
import { defaultSelector } from '../flags.ts'
import type { Reading } from '../listing.ts'
import { noProgress } from '../progress.ts'
import { readRoutes } from '../snapshot.ts'

/** More routes than these are counted, not named. */
const mostNamed = 10

/**
 * A failure if any controlled route has its traffic away from its primary: without an operator it would stay
 * there. Also if that cannot be read.
 */
export async function refuseWhileAway(reading: Reading): Promise<Result<void, Failure>> {
  const scope = { selector: defaultSelector }
  const routes = await readRoutes(reading, new DiscoverySnapshot(reading), scope, noProgress)
  if (!routes.ok) return routes
  const away = routes.value.filter(({ splits }) =>
    splits.some(
      (split) => split.problem === undefined && !split.paused && !isAllZero(split) && !primaryServes(split),
    ),
  )
  if (away.length === 0) return ok(undefined)
  const named = away.slice(0, mostNamed).map(routeTitle).join(', ')
  const rest = away.length - mostNamed
  return err({
    exitCode: exitCodes.bad,
    message: `${counted(away.length, 'route is', 'routes are')} failed over, and without the operator nothing brings the traffic back: ${named}${rest > 0 ? ` and ${rest} more` : ''}`,
    hint: 'bring their primaries back and wait until they have failed back, or set their weights and remove the label; --force prints the objects all the same',
  })
}
