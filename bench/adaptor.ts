import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { KubeRequest } from '../src/kube/http/transport.ts'
import { resourcePath } from '../src/kube/resource.ts'
import { connectTo, followAll } from './observe.ts'

/** What linkerd-smi's adaptor reads and writes (commit c0c39b1). */
const splits = { group: 'split.smi-spec.io', version: 'v1alpha1', plural: 'trafficsplits' }
export const profiles = { group: 'linkerd.io', version: 'v1alpha2', plural: 'serviceprofiles' }

/** Of client-go, if nothing else is asked for: requests a second, and how many may come at once. */
const perSecond = 5
const burst = 10
const workers = 2

const split = z.object({
  spec: z.object({
    service: z.string(),
    backends: z.array(z.object({ service: z.string(), weight: z.union([z.number(), z.string()]) })),
  }),
})

export const authorityOf = (service: string): string => `${service}.default.svc.cluster.local`

/**
 * A stand-in of linkerd-smi's adaptor, which is not available as a module: for each change of a TrafficSplit
 * it reads that, reads the ServiceProfile and replaces it, with two clients that have client-go's limit each.
 * It begins at rest: what is there at the start is taken for copied. Answers with what stops it.
 */
export async function startAdaptor(kubeconfig: string): Promise<() => Promise<void>> {
  const transport = await connectTo(kubeconfig)
  const [ofSplits, ofProfiles] = [new Limit(), new Limit()]
  const due = new Set<string>()
  let running = true
  let begun = false

  const ask = async (limit: Limit, req: KubeRequest): Promise<unknown> => {
    await limit.take()
    const answer = await transport.request(req)
    if (!answer.ok) throw new Error(answer.error.message)
    return answer.value
  }
  const copy = async (name: string) => {
    const path = resourcePath(splits, 'default', name)
    const { service, backends } = split.parse(await ask(ofSplits, { method: 'GET', path })).spec
    const profile = resourcePath(profiles, 'default', authorityOf(service))
    const known = z.looseObject({}).parse(await ask(ofProfiles, { method: 'GET', path: profile }))
    const dstOverrides = backends.map((backend) => ({
      authority: authorityOf(backend.service),
      weight: String(backend.weight),
    }))
    const body = { ...known, spec: { ...Object(known.spec), dstOverrides } }
    await ask(ofProfiles, { method: 'PUT', path: profile, body })
  }
  const work = async () => {
    while (running) {
      const [name] = due
      if (name === undefined) {
        await delay(5)
        continue
      }
      due.delete(name)
      await copy(name)
    }
  }
  const stop = followAll(
    transport,
    splits,
    () => true,
    (name) => begun && due.add(name),
  )
  await delay(1_000)
  begun = true
  const working = Promise.all(Array.from({ length: workers }, work))
  return async () => {
    running = false
    await working
    await Promise.all([stop(), transport.close()])
  }
}

/** A token bucket. */
class Limit {
  #tokens = burst
  #at = performance.now()

  async take(): Promise<void> {
    const now = performance.now()
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1_000) * perSecond)
    this.#at = now
    this.#tokens -= 1
    if (this.#tokens < 0) await delay((-this.#tokens / perSecond) * 1_000)
  }
}
