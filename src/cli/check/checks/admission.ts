import { programName } from '../../../base/names.ts'
import { weightOf } from '../../../core/split.ts'
import type { KubeError } from '../../../kube/errors.ts'
import type { Transport } from '../../../kube/http/transport.ts'
import { patchJson } from '../../../kube/patch.ts'
import { routeTitle } from '../../../routes/key.ts'
import { selectorKeys } from '../../../routes/ownership.ts'
import { routePatch } from '../../../routes/patch.ts'
import type { Route } from '../../../routes/route.ts'
import { defaultSelector } from '../../flags.ts'
import type { Snapshot } from '../../snapshot.ts'
import type { CheckContext, ServedKind } from '../check-context.ts'
import { bad, type Check, type CheckFinding, good, listed, skipped, warning } from '../finding.ts'

/** A policy may apply to single namespaces, so one route of each kind is tried in at most so many of them. */
const maxTries = 50

export const acceptsWeights: Check = {
  id: 'admission',
  description: 'the API server accepts the weights that the operator writes',
  meaning:
    'An admission webhook, a policy or a missing permission refuses the writes of the operator, so these routes do not fail over. The check sends a change of a weight as a dry run, as the ServiceAccount of the operator; nothing is written. Change the webhook or the policy so that it allows this ServiceAccount to change weights.',
  run: async (context) => {
    const [deployment, snapshot, kinds] = [
      await context.deployment(),
      await context.snapshot(),
      await context.kinds(),
    ]
    if (!deployment || !snapshot.ok || !kinds.ok) return skipped
    const samples = sample(snapshot.value)
    if (samples.length === 0) return skipped
    const { namespace, serviceAccount } = deployment
    const operator = await context.command.connectAs(`system:serviceaccount:${namespace}:${serviceAccount}`)
    if (!operator.ok) return warning(`the dry run cannot be sent: ${operator.error.message}`)
    const { transport } = operator.value
    try {
      const keys = selectorKeys(deployment.selector ?? defaultSelector)
      return await tryAll(context, samples, (route) => tryOne(transport, route, kinds.value, keys))
    } finally {
      await transport.close()
    }
  },
}

/** One route of each kind in each namespace, those that have a weight to change. */
function sample({ routes }: Snapshot): Route[] {
  const found = new Map<string, Route>()
  for (const route of routes) {
    const key = `${route.kind}/${route.namespace}`
    const isUsable = route.splits.some(
      ({ backends, problem }) => backends.length > 0 && problem === undefined,
    )
    if (isUsable && !found.has(key)) found.set(key, route)
  }
  return [...found.values()].slice(0, maxTries)
}

async function tryAll(
  context: CheckContext,
  samples: readonly Route[],
  attempt: (route: Route) => Promise<KubeError | undefined>,
): Promise<CheckFinding> {
  const refusals: string[] = []
  for (const route of samples) {
    const error = await attempt(route)
    if (!error || isRace(error) || context.command.io.interrupted.aborted) continue
    if (error.message.includes('cannot impersonate')) {
      return warning(`the dry run cannot be sent: you may not impersonate the operator's ServiceAccount`)
    }
    refusals.push(`${routeTitle(route)}: ${error.message}`)
  }
  return refusals.length === 0 ? good : bad(listed('it refuses changes of:', refusals))
}

/** The route was deleted or changed between the list and the dry run. */
const isRace = ({ kind, message }: KubeError): boolean =>
  kind === 'notFound' || kind === 'conflict' || (kind === 'invalid' && message.includes('test failed'))

/** The very patch that the operator would send, with a weight that is one higher, as a dry run. */
async function tryOne(
  transport: Transport,
  route: Route,
  kinds: readonly ServedKind[],
  keys: readonly string[],
): Promise<KubeError | undefined> {
  const served = kinds.find(({ codec }) => codec.kind === route.kind)
  if (!served) return undefined
  const plans = route.splits.map((split) => {
    const [first] = split.backends
    if (!first) return []
    const weight = weightOf(split, first)
    return [{ index: 0, from: first.weight, to: weight < split.maxWeight ? weight + 1 : weight - 1 }]
  })
  const operations = routePatch(route, plans, keys)
  const { namespace, name } = route
  const dryRun: Transport = {
    ...transport,
    request: (req) => transport.request({ ...req, query: { ...req.query, dryRun: 'All' } }),
  }
  const answer = await patchJson(dryRun, served.resource, namespace, name, operations, programName)
  return answer.ok ? undefined : answer.error
}
