import * as z from 'zod'
import type { Reading } from './listing.ts'

const schema = z.object({ status: z.object({ userInfo: z.object({ username: z.string().min(1) }) }) })

/**
 * As whom the API server knows the user; `undefined` if it does not say so (it does from Kubernetes 1.28 on).
 */
export async function readMyName({ transport, signal }: Reading): Promise<string | undefined> {
  const answer = await transport.request({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: {},
    signal,
  })
  return answer.ok ? schema.safeParse(answer.value).data?.status.userInfo.username : undefined
}
