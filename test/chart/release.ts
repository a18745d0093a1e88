import { z } from 'zod'
import { type Api, ApiError } from '../control-plane/api.ts'
import { eventually } from '../e2e/eventually.ts'
import { chart, type Helm } from './helm.ts'

export const namespace = 'linkerd-failover'

const job = z.object({
  spec: z.object({ template: z.object({ metadata: z.looseObject({}), spec: z.looseObject({}) }) }),
})

/** The Pod that the Job of the hook asks for; there is no kubelet here that would run it. */
export type HookPod = z.infer<typeof job>['spec']['template']

/**
 * `helm install`, with the hook's Job played: it is reported as done when it is there, and what it would have done
 * to the namespace is left undone. Returns the Pod that it asked for.
 */
export async function helmInstall(helm: Helm, api: Api, flags: readonly string[] = []): Promise<HookPod> {
  await api.ensure('/api/v1/namespaces', { metadata: { name: 'linkerd' } })
  const installing = helm.must(
    'install',
    'linkerd-failover',
    chart,
    '--namespace',
    namespace,
    '--create-namespace',
    ...flags,
  )
  const [pod] = await Promise.all([playHook(api), installing])
  return pod
}

async function playHook(api: Api): Promise<HookPod> {
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs/namespace-metadata`
  const { spec } = await eventually(() => api.get(path, job), 60_000)
  const now = new Date().toISOString()
  const conditions = ['SuccessCriteriaMet', 'Complete'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime: now,
  }))
  const status = {
    startTime: now,
    completionTime: now,
    succeeded: 1,
    uncountedTerminatedPods: {},
    conditions,
  }
  await api.patch(`${path}/status`, { status })
  return spec.template
}

/** The status code of an attempt: 201 where it was done. */
export const outcome = (attempt: Promise<unknown>): Promise<number> =>
  attempt.then(
    () => 201,
    (problem: unknown) => {
      if (problem instanceof ApiError) return problem.status
      throw problem
    },
  )

export const operatorUser = `system:serviceaccount:${namespace}:linkerd-failover`
