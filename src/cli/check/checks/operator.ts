import * as z from 'zod'
import { version } from '../../../base/version.ts'
import type { Resource } from '../../../kube/resource.ts'
import { listAs } from '../../listing.ts'
import { extensionSelector } from '../../operator-deployment.ts'
import { bad, type Check, good, listed, skipped, warning } from '../finding.ts'

const namespaces: Resource = { group: '', version: 'v1', plural: 'namespaces' }
const named = z.object({ metadata: z.object({ name: z.string() }) })

export const hasNamespace: Check = {
  id: 'namespace',
  description: 'the namespace of the extension exists',
  meaning: `Linkerd finds the extension by the label ${extensionSelector} of its namespace. Exactly one namespace must have this label.`,
  run: async (context) => {
    const reading = await context.reading()
    if (!reading.ok) return bad(reading.error.message)
    const listing = { resource: namespaces, labelSelector: extensionSelector }
    const found = await listAs(
      reading.value,
      listing,
      (object) => named.safeParse(object).data?.metadata.name,
    )
    if (!found.ok) return warning(`the API server cannot list it: ${found.error.message}`)
    if (found.value.length === 1) return good
    if (found.value.length > 1)
      return bad(listed('several namespaces have the label; keep one of them:', found.value))
    const deployment = await context.deployment()
    if (!deployment)
      return bad('it does not exist; install the extension: linkerd failover install | kubectl apply -f -')
    const command = `kubectl label namespace ${deployment.namespace} ${extensionSelector}`
    return bad(
      `namespace ${deployment.namespace} does not have the label by which Linkerd finds extensions; add it: ${command}`,
    )
  },
}

export const hasDeployment: Check = {
  id: 'deployment',
  description: 'the operator is installed once',
  meaning: `Without a Deployment that has the label ${extensionSelector} no route fails over. Two of them would write the weights of the same routes.`,
  run: async (context) => {
    const found = await context.deployments()
    if (!found.ok) return bad(found.error.message)
    const names = found.value.map(({ namespace, name }) => `${namespace}/${name}`)
    if (names.length === 1) return good
    if (names.length > 1)
      return bad(listed('it is installed several times; keep one of these Deployments:', names))
    return bad(
      'there is no Deployment linkerd-failover; install it: linkerd failover install | kubectl apply -f -',
    )
  },
}

export const isAvailable: Check = {
  id: 'available',
  description: 'the operator is available',
  meaning:
    'No Pod of the operator is ready, so no route fails over. Look at its Pods, their Events and their logs.',
  retry: true,
  run: async (context) => {
    const deployment = await context.deployment()
    if (!deployment) return skipped
    const { namespace, name, replicas, available } = deployment
    const where = `${available} of ${replicas} replicas of ${namespace}/${name} are available`
    if (replicas === 0) return bad(`${namespace}/${name} is scaled to 0 replicas`)
    if (available === 0) return bad(`${where}; see kubectl -n ${namespace} describe deployment ${name}`)
    return available < replicas ? warning(where) : good
  },
}

export const hasOneWriter: Check = {
  id: 'one-writer',
  description: 'only one replica writes at a time',
  meaning:
    'Several replicas without leader election all write the same weights. Set the value leaderElection.enabled to true, or run one replica.',
  run: async (context) => {
    const deployment = await context.deployment()
    if (!deployment) return skipped
    const { replicas, electsLeader } = deployment
    if (replicas < 2 || electsLeader) return good
    return bad(`${replicas} replicas run without --leader-elect`)
  },
}

const leases: Resource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' }
const lease = z.object({
  spec: z.object({
    holderIdentity: z.string().catch(''),
    leaseDurationSeconds: z.number().catch(15),
    renewTime: z.iso.datetime({ offset: true }),
  }),
})

export const hasLeader: Check = {
  id: 'leader',
  description: 'one replica is the leader and renews its lease',
  meaning:
    'No weights are written while no replica holds the lease. Another replica takes the lease over within 15 s; if that does not happen, look at the logs of the operator.',
  retry: true,
  run: async (context) => {
    const [deployment, reading] = [await context.deployment(), await context.reading()]
    if (!deployment?.electsLeader || !reading.ok) return skipped
    const { namespace, leaseName: name } = deployment
    const found = await listAs(
      reading.value,
      { resource: leases, namespace, fieldSelector: `metadata.name=${name}` },
      (object) => lease.safeParse(object).data?.spec,
    )
    if (!found.ok) return warning(`the lease cannot be read: ${found.error.message}`)
    const [held] = found.value
    if (!held?.holderIdentity) return bad(`no replica holds the lease ${namespace}/${name}`)
    // By the clock here, or by being renewed while we look: the clocks of two machines may disagree.
    const age = (context.command.io.clock.wallTime().getTime() - Date.parse(held.renewTime)) / 1000
    const isRenewed = context.renewals.size > 0 && !context.renewals.has(held.renewTime)
    context.renewals.add(held.renewTime)
    if (age <= held.leaseDurationSeconds || isRenewed) return good
    return bad(
      `${held.holderIdentity} has not renewed the lease ${namespace}/${name} for ${Math.round(age)} s; it is valid for ${held.leaseDurationSeconds} s`,
    )
  },
}

export const hasSameVersion: Check = {
  id: 'version',
  description: 'the command line and the operator have the same version',
  meaning:
    'They may decide differently about the same route. Use the command line of the version that runs in the cluster, or upgrade the operator.',
  run: async (context) => {
    const deployment = await context.deployment()
    if (!deployment) return skipped
    const { namespace, name } = deployment
    if (deployment.version === version) return good
    if (deployment.version === undefined)
      return warning(`the Deployment ${namespace}/${name} has no label app.kubernetes.io/version`)
    return warning(`the operator has version ${deployment.version}, and this program has version ${version}`)
  },
}
