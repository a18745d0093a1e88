import { startControlPlane } from '../control-plane/control-plane.ts'
import { contract } from './suite.ts'
import { httpTarget } from './target.ts'

contract('kube-apiserver', async () => {
  const server = await startControlPlane()
  await server.installCrd()
  return httpTarget({ url: server.url, ca: server.ca, token: server.adminToken, stop: () => server.stop() })
})
