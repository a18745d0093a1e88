import { type Stand, scale } from '../stand.ts'
import * as world from '../world.ts'
import { Samples } from './samples.ts'
import { type Page, servePage } from './server.ts'
import type { DemoState } from './state.ts'

const sampleEveryMs = 250
/** Five minutes: what a page shows after it was loaded again. */
const keptSamples = 1200

/**
 * Serves the dashboard of the demo: the operator's own, with buttons and the client's success.
 *
 * @param busy what the demo does by itself at the moment, or `undefined`
 */
export async function startPage(stand: Stand, busy: () => string | undefined): Promise<Page> {
  const { route, observer, sender, operator } = stand
  const samples = new Samples(keptSamples)
  const timer = setInterval(() => samples.take(Date.now(), sender.traffic, observer.weights), sampleEveryMs)
  const state = (after: number): DemoState => ({
    route: { kind: route.kind, namespace: world.namespace, name: world.routeName },
    busy: busy() ?? null,
    services: world.backends.map((name) => ({
      name,
      isPrimary: name === world.primary,
      ...observer.endpoints(name),
    })),
    samples: samples.after(after),
  })
  const page = await servePage({
    operator: () => operator.admin,
    state,
    scale: (service, replicas) => scale(stand, service, replicas),
  })
  return {
    url: page.url,
    close: async () => {
      clearInterval(timer)
      await page.close()
    },
  }
}
