import { startSandbox } from '../../sandbox/server.ts'
import { contract } from './suite.ts'
import { httpTarget } from './target.ts'

contract('sandbox', async () => {
  const sandbox = await startSandbox()
  return httpTarget({ url: sandbox.url, stop: () => sandbox.stop() })
})
