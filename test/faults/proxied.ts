import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { freePort, type Running, run, waitUntilUp } from '../control-plane/process.ts'
import { type Stage, useStage } from './stage.ts'

/** A stage on which a proxy, which can be frozen, lies between the operator and the API server. */
export function useStageWithProxy(): () => { readonly stage: Stage; readonly proxy: Running } {
  let proxy: Running | undefined
  const stage = useStage({
    kubeconfig: async ({ url }, path) => {
      const port = await freePort()
      proxy = await startProxy(port, new URL(url).port, `${path}.proxy.log`)
      const kubeconfig = `${path}.proxied`
      writeFileSync(kubeconfig, readFileSync(path, 'utf8').replace(url, `https://127.0.0.1:${port}`))
      return kubeconfig
    },
  })
  afterAll(() => proxy?.kill())
  return () => {
    if (!proxy) throw new Error('the proxy is not started')
    return { stage: stage(), proxy }
  }
}

async function startProxy(port: number, target: string, log: string): Promise<Running> {
  const args = [join(import.meta.dirname, 'proxy.ts'), String(port), target]
  const proxy = run('proxy', process.execPath, args, log)
  await waitUntilUp(proxy, () => isListening(port))
  return proxy
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.once('error', () => resolve(false)).once('connect', () => socket.destroy())
  })
}
