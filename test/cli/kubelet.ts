import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Api } from '../control-plane/api.ts'
import { binary } from '../programs/binaries.ts'

/** A Node whose kubelet forwards ports; its Pods have the network of this machine. */
export interface Kubelet {
  /** Creates a Pod that serves its admin port on this port of the machine: of the operator, unless told otherwise. */
  addPod(name: string, port: number, kind?: PodKind): Promise<void>
  stop(): Promise<void>
}

export interface PodKind {
  readonly namespace: string
  readonly label: readonly [string, string]
  readonly container: string
  readonly portName: string
}

const operator: PodKind = {
  namespace: 'linkerd-failover',
  label: ['linkerd.io/extension', 'failover'],
  container: 'linkerd-failover',
  portName: 'admin-http',
}

/** Of Linkerd's destination controller, as its chart has it. */
export const destination: PodKind = {
  namespace: 'linkerd',
  label: ['linkerd.io/control-plane-component', 'destination'],
  container: 'destination',
  portName: 'dest-admin',
}

export async function startKubelet(api: Api): Promise<Kubelet> {
  const child = spawn(binary('kubelet'), [], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const [line = ''] = await once(createInterface(child.stdout), 'line')
  const port = Number(String(line).split(':').at(-1))
  await api.create('/api/v1/nodes', { metadata: { name: 'node-1' } })
  await api.patch('/api/v1/nodes/node-1/status', {
    status: {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
    },
  })
  return {
    addPod: async (name, containerPort, { namespace, label, container: role, portName } = operator) => {
      const pods = `/api/v1/namespaces/${namespace}/pods`
      const container = {
        name: role,
        image: 'example.test/operator',
        ports: [{ name: portName, containerPort }],
      }
      await api.create(pods, {
        metadata: { name, labels: Object.fromEntries([label]) },
        spec: { nodeName: 'node-1', containers: [container] },
      })
      const conditions = [{ type: 'Ready', status: 'True' }]
      await api.patch(`${pods}/${name}/status`, { status: { phase: 'Running', conditions } })
    },
    stop: async () => {
      child.stdin.end()
      await ended
    },
  }
}
