import * as z from 'zod'
import { extensionLabel } from '../../../base/names.ts'
import type { Transport } from '../../../kube/http/transport.ts'
import type { Resource } from '../../../kube/resource.ts'
import { codecs } from '../../../routes/codecs.ts'
import type { RouteCodec } from '../../../routes/route.ts'
import { listAs } from '../../listing.ts'
import { bad, type Check, good, listed, skipped, warning } from '../finding.ts'

const groupSchema = z.object({ versions: z.array(z.object({ version: z.string() })) })

export const servesRoutes: Check = {
  id: 'route-kinds',
  description: 'the cluster serves a kind of route',
  meaning: `The operator waits until the cluster serves one of: ${codecs.map(({ kind, group }) => `${kind} (${group})`).join(', ')}. For TrafficSplit, install Linkerd's SMI extension. For the other kinds, install the CRDs of the Gateway API. You need not restart the operator.`,
  run: async (context) => {
    const kinds = await context.kinds()
    if (!kinds.ok) return bad(kinds.error.message)
    if (kinds.value.length > 0) return good
    const names = codecs.map(({ plural, group }) => `${plural}.${group}`).join(', ')
    return bad(`no CRD of a route is installed (one of ${names}); install linkerd-smi or the Gateway API`)
  },
}

export const servesKnownVersions: Check = {
  id: 'route-versions',
  description: 'the cluster serves routes in versions that the operator supports',
  meaning:
    'The operator ignores routes of that kind. Upgrade the operator, or change the CRD to serve a version that the operator supports.',
  run: async (context) => {
    const [reading, kinds] = [await context.reading(), await context.kinds()]
    if (!reading.ok || !kinds.ok) return skipped
    const strange: string[] = []
    for (const codec of codecs) {
      if (kinds.value.some(({ codec: served }) => served === codec)) continue
      const versions = await versionsOf(reading.value.transport, codec)
      if (versions.length > 0) {
        strange.push(
          `${codec.kind} is served as ${versions.join(', ')}; the operator supports ${codec.versions.join(', ')}`,
        )
      }
    }
    return strange.length === 0 ? good : warning(listed('the versions of these kinds do not match:', strange))
  },
}

/** The versions in which a kind is served, whether we read them or not. */
async function versionsOf(transport: Transport, { group, plural }: RouteCodec): Promise<string[]> {
  const answer = await transport.request({ method: 'GET', path: `/apis/${group}` })
  const versions = answer.ok ? (groupSchema.safeParse(answer.value).data?.versions ?? []) : []
  const served: string[] = []
  for (const { version } of versions) {
    const resources = await transport.request({ method: 'GET', path: `/apis/${group}/${version}` })
    if (resources.ok && JSON.stringify(resources.value).includes(`"name":"${plural}"`)) served.push(version)
  }
  return served
}

const deployments: Resource = { group: 'apps', version: 'v1', plural: 'deployments' }
const deployment = z.object({
  status: z.object({ availableReplicas: z.number().catch(0) }).catch({ availableReplicas: 0 }),
})

export const hasSmiAdaptor: Check = {
  id: 'smi-adaptor',
  description: 'the SMI adaptor runs, if there are TrafficSplits',
  meaning:
    "Linkerd's proxies do not read TrafficSplits. The adaptor of Linkerd's SMI extension turns them into ServiceProfiles, unless the operator does so itself (smi.serviceProfiles), and then this is not checked. Without either the weights change, but the traffic does not.",
  retry: true,
  run: async (context) => {
    const [reading, snapshot] = [await context.reading(), await context.snapshot()]
    if (!reading.ok || !snapshot.ok) return skipped
    if (!snapshot.value.routes.some(({ kind }) => kind === 'TrafficSplit')) return skipped
    if ((await context.deployment())?.writesProfiles) return skipped
    const labelSelector = `${extensionLabel}=smi`
    const found = await listAs(
      reading.value,
      { resource: deployments, labelSelector },
      (object) => deployment.safeParse(object).data,
    )
    if (!found.ok) return warning(`the API server cannot list it: ${found.error.message}`)
    if (found.value.length === 0) return warning(`no Deployment has the label ${labelSelector}`)
    return found.value.some(({ status }) => status.availableReplicas > 0)
      ? good
      : warning('its Deployment has no available replica')
  },
}
