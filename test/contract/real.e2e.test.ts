import { startControlPlane } from '../control-plane/control-plane.ts'
import { released } from '../control-plane/definitions.ts'
import { contract } from './suite.ts'
import { httpTarget } from './target.ts'

contract('kube-apiserver', async () => {
  const server = await startControlPlane()
  await server.installCrd()
  await server.install(
    ...['httproutes', 'grpcroutes', 'tlsroutes', 'tcproutes'].map((plural) => released('standard', plural)),
    released('linkerd', 'httproutes'),
  )
  return httpTarget({ url: server.url, ca: server.ca, token: server.adminToken, stop: () => server.stop() })
})
