import { writeFileSync } from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { kubeconfig } from '../control-plane/kubeconfig.ts'
import { operatorToken } from '../control-plane/operator-access.ts'
import { type Cluster, openCluster } from '../e2e/cluster.ts'
import { eventually } from '../e2e/eventually.ts'
import { createLinkAccount, linkSecret, secrets } from '../e2e/link.ts'
import { at, discovered, slice, slices } from '../e2e/objects.ts'
import { type Operator, startOperator } from '../e2e/operator.ts'
import { openHelm } from './helm.ts'
import { helmInstall, operatorUser } from './release.ts'

/** Two API servers. The operator is in one, as the chart installs it, and reads the other as Linkerd does. */
let here: ControlPlane
let east: ControlPlane
let operator: Operator

afterEach(async () => {
  await operator?.kill()
  await Promise.all([here?.stop(), east?.stop()])
})

async function install(): Promise<Cluster> {
  ;[here, east] = await Promise.all([startControlPlane({ auditUser: operatorUser }), startControlPlane()])
  const { api, kubeconfigPath, url, ca } = here
  await here.installCrd()
  await createLinkAccount(east)
  const helm = openHelm(kubeconfigPath)
  await helmInstall(helm, api, ['--set', 'multicluster.clusters={east}'])
  helm.close()
  // Of two links the operator was told of one.
  for (const name of ['east', 'west']) await api.create(secrets, await linkSecret(name, east))
  const path = `${kubeconfigPath}.operator`
  writeFileSync(path, kubeconfig({ url, ca }, await operatorToken(api)))
  operator = startOperator(path, ['--linked-clusters', 'east'])
  await operator.ready()
  return openCluster(api)
}

const setReadyThere = (service: string, ready: number) =>
  east.api.patch(at(slices, 'endpointslices', `${service}-1`), {
    endpoints: slice(service, ready, 1).endpoints,
  })

it('reads a linked cluster with the right to one Secret, through a lost API server and a new token', async () => {
  const cluster = await install()
  await east.api.create(at(slices, 'endpointslices'), slice('web', 1, 1))
  for (const name of ['east', 'west']) await here.api.create(at('v1', 'services'), discovered('web', name))
  await cluster.addService('web', 1)
  await cluster.addSplit('web', { web: 1, 'web-east': 0, 'web-west': 0 })
  await cluster.fence()

  await cluster.setReady('web', 0)
  await cluster.weightsBecome('web', { web: 0, 'web-east': 1, 'web-west': 0 })
  await setReadyThere('web', 0)
  await cluster.setReady('web', 1)
  await cluster.weightsBecome('web', { web: 1, 'web-east': 0, 'web-west': 0 })

  // What happens while the other API server is away is known once it is back.
  const lost = operator.output().length
  await east.restartApiServer()
  await setReadyThere('web', 1)
  await eventually(() => expect(operator.output().slice(lost)).toContain('endpointslices@east'))
  await cluster.setReady('web', 0)
  await cluster.weightsBecome('web', { web: 0, 'web-east': 1, 'web-west': 0 }, 60_000)

  const { data } = await linkSecret('east', east)
  const connections = () => operator.output().split('reading cluster east').length - 1
  expect(connections()).toBe(1)
  await here.api.patch(`${secrets}/cluster-credentials-east`, { data })
  await eventually(() => expect(connections()).toBe(2))
  await setReadyThere('web', 0)
  await setReadyThere('web', 1)
  await cluster.setReady('web', 1)
  await cluster.weightsBecome('web', { web: 1, 'web-east': 0, 'web-west': 0 })
  await operator.stop()

  const audited = here.audited()
  const asked = audited.filter(({ objectRef }) => objectRef?.resource === 'secrets')
  expect(new Set(asked.map(({ verb, objectRef }) => `${verb} ${objectRef?.namespace}`))).toEqual(
    new Set(['watch linkerd']),
  )
  for (const { requestURI } of asked)
    expect(decodeURIComponent(requestURI)).toContain('fieldSelector=metadata.name=cluster-credentials-east')
  const refused = audited.filter(({ responseStatus }) => [401, 403].includes(responseStatus?.code ?? 0))
  expect(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([])
})
