import * as z from 'zod'
import type { Transport } from '../../../kube/http/transport.ts'
import type { Resource } from '../../../kube/resource.ts'
import { codecs } from '../../../routes/codecs.ts'
import type { RouteCodec } from '../../../routes/route.ts'
import { listAs } from '../../listing.ts'
import { bad, type Check, good, listed, skipped, warning } from '../finding.ts'

const groupSchema = z.object({ versions: z.array(z.object({ version: z.string() })) })

export const servesRoutes: Check = {
  id: 'route-kinds',
  description: 'a kind of route is served',
  meaning: `The operator waits for one of: ${codecs.map(({ kind, group }) => `${kind} (${group})`).join(', ')}. For TrafficSplit install Linkerd's SMI extension, for the kinds of the Gateway API their CRDs; nothing has to be restarted.`,
  run: async (bench) => {
    const kinds = await bench.kinds()
    if (!kinds.ok) return bad(kinds.error.message)
    if (kinds.value.length > 0) return good
    const names = codecs.map(({ plural, group }) => `${plural}.${group}`).join(', ')
    return bad(
      `no CRD of a route is installed: there is none of ${names}; install linkerd-smi or the Gateway API`,
    )
  },
}

export const servesKnownVersions: Check = {
  id: 'route-versions',
  description: 'routes are served in versions that the operator reads',
  meaning:
    'Routes of that kind are not followed. Update the operator, or let the CRD serve one of the versions that it reads.',
  run: async (bench) => {
    const [reading, kinds] = [await bench.reading(), await bench.kinds()]
    if (!reading.ok || !kinds.ok) return skipped
    const strange: string[] = []
    for (const codec of codecs) {
      if (kinds.value.some(({ codec: served }) => served === codec)) continue
      const versions = await versionsOf(reading.value.transport, codec)
      if (versions.length > 0) {
        strange.push(
          `${codec.kind} is served as ${versions.join(', ')}, and read as ${codec.versions.join(', ')}`,
        )
      }
    }
    return strange.length === 0 ? good : warning(listed('some are not:', strange))
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
  description: 'the SMI adaptor runs, for the TrafficSplits that are used',
  meaning:
    "Linkerd's proxies do not read TrafficSplits: the adaptor of Linkerd's SMI extension turns them into ServiceProfiles. Without it weights change, and traffic does not.",
  retry: true,
  run: async (bench) => {
    const [reading, snapshot] = [await bench.reading(), await bench.snapshot()]
    if (!reading.ok || !snapshot.ok) return skipped
    if (!snapshot.value.routes.some(({ kind }) => kind === 'TrafficSplit')) return skipped
    const labelSelector = 'linkerd.io/extension=smi'
    const found = await listAs(
      reading.value,
      { resource: deployments, labelSelector },
      (object) => deployment.safeParse(object).data,
    )
    if (!found.ok) return warning(`it cannot be looked for: ${found.error.message}`)
    if (found.value.length === 0) return warning(`there is no Deployment with the label ${labelSelector}`)
    return found.value.some(({ status }) => status.availableReplicas > 0)
      ? good
      : warning('its Deployment has no available replica')
  },
}
