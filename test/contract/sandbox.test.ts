import { startSandbox } from '../../sandbox/server.ts'
import { fastClock } from '../../src/kube/testing/fast-clock.ts'
import { contract } from './suite.ts'
import { httpTarget } from './target.ts'

/** Watches that end after 5 s of the server's time end after one of ours. */
contract('sandbox', async () => {
  const sandbox = await startSandbox({ clock: fastClock(5) })
  return httpTarget({ url: sandbox.url, stop: () => sandbox.stop() })
})
