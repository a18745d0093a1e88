import { it } from 'vitest'
import { name } from '../../src/install/manifest.ts'
import { grantOperator } from '../control-plane/operator-access.ts'
import { useStage } from './stage.ts'

const stage = useStage()

it('all permissions are taken away in the middle of a mass failover, and given back', async () => {
  const { controlPlane } = stage()
  const lost = stage().primaries(0)
  await stage().middle()
  await controlPlane.api.remove(`/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`)
  await lost
  await stage().felt('forbidden')
  await stage().said(/answered 403/)
  await grantOperator(controlPlane.api)
  await stage().allRight(60, 'permissions taken and given back')
  await stage().nothingIsLeft()
})
