import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ControlPlane } from '../control-plane/control-plane.ts'
import { released } from '../control-plane/definitions.ts'
import { freePort, type Running, run, waitUntilUp } from '../control-plane/process.ts'
import { binary } from '../programs/binaries.ts'

/** Linkerd's real destination controller, on a real control plane. */
export interface Destination {
  /** The port of its metrics. */
  readonly adminPort: number
  /** Asks for a Service as a proxy does, and goes on asking; resolves when it has the first endpoints. */
  ask(host: string): Promise<void>
  stop(): Promise<void>
}

/** Kinds of Linkerd that the controller reads. */
const kinds = ['serviceprofiles', 'servers'] as const

export async function startDestination({ kubeconfigPath, install }: ControlPlane): Promise<Destination> {
  await install(...kinds.map((plural) => released('linkerd', plural)))
  const folder = mkdtempSync(join(tmpdir(), 'destination-'))
  const [port, adminPort] = [await freePort(), await freePort()]
  const args = [
    'destination',
    `-addr=127.0.0.1:${port}`,
    `-metrics-addr=127.0.0.1:${adminPort}`,
    `-kubeconfig=${kubeconfigPath}`,
    '-enable-endpoint-slices=true',
    '-cluster-domain=cluster.local',
    '-identity-trust-domain=cluster.local',
  ]
  const controller = run('destination', binary('destination'), args, join(folder, 'destination.log'))
  const running: Running[] = [controller]
  const stop = async () => {
    await Promise.all(running.map((program) => program.kill()))
    rmSync(folder, { recursive: true, force: true })
  }
  const isReady = async () => (await fetch(`http://127.0.0.1:${adminPort}/ready`)).ok
  await waitUntilUp(controller, isReady).catch(async (problem: unknown) => {
    await stop()
    throw problem
  })
  return {
    adminPort,
    ask: async (host) => {
      const flags = ['-addr', `127.0.0.1:${port}`, '-path', host]
      const client = run('client', binary('destination-client'), flags, join(folder, `${running.length}.log`))
      running.push(client)
      await waitUntilUp(client, async () => client.tail().includes('Add:'))
    },
    stop,
  }
}
