import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { ControlPlane } from '../control-plane/control-plane.ts'
import { freePort, type Running, run, waitUntilUp } from '../control-plane/process.ts'
import { type Stage, useStage } from './stage.ts'

/** A stage on which a proxy, which can be frozen, lies between the operator and the API server. */
export function useStageWithProxy(): () => { readonly stage: Stage; readonly proxy: Running } {
  let proxy: Running | undefined
  const stage = useStage({
    kubeconfig: async (controlPlane, path) => {
      const proxied = await startProxy(controlPlane, path)
      proxy = proxied.proxy
      return proxied.kubeconfig
    },
  })
  afterAll(() => proxy?.kill())
  return () => {
    if (!proxy) throw new Error('the proxy is not started')
    return { stage: stage(), proxy }
  }
}

/** Starts a proxy to the API server that a kubeconfig names; answers with a kubeconfig that leads through it. */
export async function startProxy(
  { url }: Pick<ControlPlane, 'url'>,
  path: string,
): Promise<{ readonly proxy: Running; readonly kubeconfig: string }> {
  const port = await freePort()
  const args = [join(import.meta.dirname, 'proxy.ts'), String(port), new URL(url).port]
  const proxy = run('proxy', process.execPath, args, `${path}.proxy.log`)
  await waitUntilUp(proxy, () => isListening(port))
  const kubeconfig = `${path}.proxied`
  writeFileSync(kubeconfig, readFileSync(path, 'utf8').replace(url, `https://127.0.0.1:${port}`))
  return { proxy, kubeconfig }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.once('error', () => resolve(false)).once('connect', () => socket.destroy())
  })
}
