import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Recorded, recorded } from '../../src/cli/destination/testing/recorded.ts'
import { destination, type Kubelet, startKubelet } from './kubelet.ts'
import { type Stage, setStage } from './stage.ts'

/**
 * `explain --proxies` as a program of its own: through the real API server, and through the kubelet's own code for
 * port forwarding, to what real destination controllers have answered.
 */
let stage: Stage
let kubelet: Kubelet
const servers: Server[] = []

/** A destination Pod that answers as it was recorded. */
async function addDestination(name: string, text: Recorded): Promise<void> {
  const server = createServer((_, response) => response.end(recorded(text))).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const address = server.address()
  await kubelet.addPod(name, typeof address === 'object' && address ? address.port : 0, destination)
}

const shop = 'shop'
beforeAll(async () => {
  stage = await setStage()
  await stage.controlPlane.installCrd()
  for (const namespace of [shop, destination.namespace]) await stage.kubectl(`create namespace ${namespace}`)
  kubelet = await startKubelet(stage.controlPlane.api)
  await stage.kubectl(`-n ${shop} apply -f -`, objects)
  await addDestination('destination-1', 'changed')
  await addDestination('destination-2', 'recreated')
})
afterAll(async () => {
  for (const server of servers) server.close().closeAllConnections()
  await kubelet?.stop()
  await stage?.stop()
})

/** The Services of the recording, with the endpoints that they had: `web` 2, `cart` 1. */
const objects = [...['web', 'cart'].flatMap(serviceOf), split()]
  .map((object) => JSON.stringify(object))
  .join('\n---\n')

function serviceOf(name: string): object[] {
  const endpoints = Array.from({ length: name === 'web' ? 2 : 1 }, (_, index) => ({
    addresses: [`10.1.0.${index + 1}`],
    conditions: { ready: true },
  }))
  return [
    { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ name: 'http', port: 80 }] } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080 }],
      endpoints,
    },
  ]
}

function split(): object {
  return {
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    metadata: { name: 'web', labels: { 'failover.linkerd.io/controlled-by': 'linkerd-failover' } },
    spec: {
      service: 'web',
      backends: [
        { service: 'web', weight: 1 },
        { service: 'cart', weight: 0 },
      ],
    },
  }
}

describe('what Linkerd gives to proxies, through the API server', () => {
  it('names the replica that has lost the addresses of a Service', async () => {
    const { code, stdout, stderr } = await stage.cli(`explain ts/web -n ${shop} --proxies`)
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/^SERVICE +READY +destination-1 +destination-2$/m)
    expect(stdout).toMatch(/^shop\/web:80 +2 +2 +0$/m)
    expect(stdout).toContain('destination-2 gives proxies no endpoint of shop/web:80, and 2 are ready')
    expect(stdout).toContain('restart it with kubectl -n linkerd delete pod destination-2')
    expect(stdout).not.toContain('destination-1 gives')
  })

  it("needs get and create on pods/portforward in Linkerd's namespace", async () => {
    const user = (name: string, verbs: readonly string[]) =>
      stage.userWith(
        name,
        [
          { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
          { apiGroups: [''], resources: ['pods/portforward'], verbs },
        ],
        destination.namespace,
      )
    const explain = async (kubeconfig: string) => {
      const { code, stdout } = await stage.cli(`explain ts/web -n ${shop} --proxies`, kubeconfig)
      expect(code).toBe(0)
      expect(stdout).toContain('Rule:      PrimaryReady')
      return stdout
    }
    const reader = await user('reader', ['get'])
    const forwarder = await user('forwarder', ['get', 'create'])
    for (const name of ['reader', 'forwarder']) await mayExplain(name)
    expect(await explain(reader)).toMatch(
      /destination-1: you may not forward a port to Pods in namespace linkerd: .*; ask for the permission to get and create pods\/portforward/,
    )
    expect(await explain(forwarder)).toContain('destination-2 gives proxies no endpoint of shop/web:80')
  })
})

/** What `explain` itself needs, in the namespace of the route. */
const mayExplain = (account: string) =>
  stage.kubectl(
    `-n ${shop} create rolebinding ${account} --clusterrole=cluster-admin --serviceaccount=${destination.namespace}:${account}`,
  )
