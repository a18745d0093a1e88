import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startSandbox } from '../../sandbox/server.ts'

/** Runs `use` with the kubeconfig of a cluster in memory that has one controlled route, shop/cart. */
export async function withShop(folder: string, use: (kubeconfig: string) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox({ controllers: false })
  try {
    const labels = { 'failover.linkerd.io/controlled-by': 'linkerd-failover' }
    sandbox.store.create({
      apiVersion: 'split.smi-spec.io/v1alpha2',
      kind: 'TrafficSplit',
      metadata: { namespace: 'shop', name: 'cart', labels },
      spec: { service: 'cart', backends: [{ service: 'cart', weight: 1 }] },
    })
    const file = join(folder, 'kubeconfig')
    writeFileSync(file, sandbox.kubeconfig)
    await use(file)
  } finally {
    await sandbox.stop()
  }
}
