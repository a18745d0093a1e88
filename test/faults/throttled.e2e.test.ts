import { it } from 'vitest'
import { name } from '../../src/install/manifest.ts'
import type { Api } from '../control-plane/api.ts'
import { useStage } from './stage.ts'

const flowControl = '/apis/flowcontrol.apiserver.k8s.io/v1'
const stage = useStage()

/** Priority and fairness grant the operator's ServiceAccount no request at a time, and no place in a queue. */
async function starve(api: Api): Promise<void> {
  const limited = { nominalConcurrencyShares: 0, lendablePercent: 0, limitResponse: { type: 'Reject' } }
  await api.create(`${flowControl}/prioritylevelconfigurations`, {
    metadata: { name: 'starved' },
    spec: { type: 'Limited', limited: { ...limited, borrowingLimitPercent: 0 } },
  })
  await api.create(`${flowControl}/flowschemas`, {
    metadata: { name: 'starved' },
    spec: {
      priorityLevelConfiguration: { name: 'starved' },
      matchingPrecedence: 2,
      rules: [
        {
          subjects: [{ kind: 'ServiceAccount', serviceAccount: { name, namespace: name } }],
          resourceRules: [
            { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true },
          ],
        },
      ],
    },
  })
}

it('priority and fairness let nothing of the operator through for a while: 429', async () => {
  const { controlPlane } = stage()
  await starve(controlPlane.api)
  const lost = stage().primaries(0)
  await stage().felt('throttled', 10)
  await stage().said(/answered 429/)
  await lost
  await controlPlane.api.remove(`${flowControl}/flowschemas/starved`)
  await controlPlane.api.remove(`${flowControl}/prioritylevelconfigurations/starved`)
  await stage().allRight(90, '429 by priority and fairness')
  await stage().nothingIsLeft()
})
