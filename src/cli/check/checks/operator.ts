import * as z from 'zod'
import type { Resource } from '../../../kube/resource.ts'
import { version } from '../../../version.ts'
import { listAs } from '../../listing.ts'
import { extensionLabel } from '../../operator-deployment.ts'
import { bad, type Check, good, listed, skipped, warning } from '../finding.ts'

const namespaces: Resource = { group: '', version: 'v1', plural: 'namespaces' }
const named = z.object({ metadata: z.object({ name: z.string() }) })

export const hasNamespace: Check = {
  id: 'namespace',
  description: 'the namespace of the extension exists',
  meaning: `Linkerd finds extensions by the label ${extensionLabel} of their namespace, and there must be one such namespace.`,
  run: async (bench) => {
    const reading = await bench.reading()
    if (!reading.ok) return bad(reading.error.message)
    const listing = { resource: namespaces, labelSelector: extensionLabel }
    const found = await listAs(
      reading.value,
      listing,
      (object) => named.safeParse(object).data?.metadata.name,
    )
    if (!found.ok) return warning(`it cannot be looked for: ${found.error.message}`)
    if (found.value.length === 1) return good
    if (found.value.length > 1) return bad(listed('there are several; leave one of them:', found.value))
    const deployment = await bench.deployment()
    if (!deployment)
      return bad('there is none; install the extension: linkerd failover install | kubectl apply -f -')
    const command = `kubectl label namespace ${deployment.namespace} ${extensionLabel}`
    return bad(
      `namespace ${deployment.namespace} lacks the label by which Linkerd finds extensions: ${command}`,
    )
  },
}

export const hasDeployment: Check = {
  id: 'deployment',
  description: 'the operator is installed once',
  meaning: `Without a Deployment that carries the label ${extensionLabel} nothing fails over; two of them write the weights of the same routes.`,
  run: async (bench) => {
    const found = await bench.deployments()
    if (!found.ok) return bad(found.error.message)
    const names = found.value.map(({ namespace, name }) => `${namespace}/${name}`)
    if (names.length === 1) return good
    if (names.length > 1) return bad(listed('there are several; leave one of them:', names))
    return bad(
      'there is no Deployment linkerd-failover; install it: linkerd failover install | kubectl apply -f -',
    )
  },
}

export const isAvailable: Check = {
  id: 'available',
  description: 'the operator is available',
  meaning: 'No Pod of the operator is ready. Look at its Pods, their events and their log.',
  retry: true,
  run: async (bench) => {
    const deployment = await bench.deployment()
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
  description: 'one replica writes at a time',
  meaning:
    'Several replicas without leader election write the same weights side by side. Set leaderElection.enabled, or run one.',
  run: async (bench) => {
    const deployment = await bench.deployment()
    if (!deployment) return skipped
    const { replicas, electsLeader } = deployment
    if (replicas < 2 || electsLeader) return good
    return bad(`there are ${replicas} replicas without --leader-elect`)
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
  description: 'a replica leads, and renews its lease',
  meaning:
    'Nobody writes weights while nobody holds the lease. Another replica takes it over within 15 s; if not, look at the log.',
  retry: true,
  run: async (bench) => {
    const [deployment, reading] = [await bench.deployment(), await bench.reading()]
    if (!deployment?.electsLeader || !reading.ok) return skipped
    const { namespace, name } = deployment
    const found = await listAs(
      reading.value,
      { resource: leases, namespace, fieldSelector: `metadata.name=${name}` },
      (object) => lease.safeParse(object).data?.spec,
    )
    if (!found.ok) return warning(`the lease cannot be read: ${found.error.message}`)
    const [held] = found.value
    if (!held?.holderIdentity) return bad(`nobody holds the lease ${namespace}/${name}`)
    // By the clock here, or by being renewed while we look: the clocks of two machines may disagree.
    const age = (bench.context.io.clock.wallTime().getTime() - Date.parse(held.renewTime)) / 1000
    const isRenewed = bench.renewals.size > 0 && !bench.renewals.has(held.renewTime)
    bench.renewals.add(held.renewTime)
    if (age <= held.leaseDurationSeconds || isRenewed) return good
    return bad(
      `${held.holderIdentity} has not renewed the lease ${namespace}/${name} for ${Math.round(age)} s; it holds for ${held.leaseDurationSeconds} s`,
    )
  },
}

export const hasSameVersion: Check = {
  id: 'version',
  description: 'command line and operator have the same version',
  meaning:
    'Their judgement of routes may differ. Take the command line of the version that runs, or update the operator.',
  run: async (bench) => {
    const deployment = await bench.deployment()
    if (!deployment) return skipped
    const { namespace, name } = deployment
    if (deployment.version === version) return good
    if (deployment.version === undefined)
      return warning(`${namespace}/${name} has no label app.kubernetes.io/version`)
    return warning(`the operator is ${deployment.version}, this program ${version}`)
  },
}
