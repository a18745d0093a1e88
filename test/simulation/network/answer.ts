import type { ApiReply } from '../../../sandbox/api.ts'
import { errorOfAnswer, type KubeError } from '../../../src/kube/errors.ts'
import type { KubeRequest } from '../../../src/kube/http/transport.ts'

export type Answer = ApiReply & { readonly kind: 'answer' }

/** The JSON of a body, or its text where it is none. */
export function parse(body: string): unknown {
  try {
    return body === '' ? undefined : JSON.parse(body)
  } catch {
    return body
  }
}

/** The error that an answer stands for; undefined for a 2xx. */
export function refusalOf(what: string, { code, body, retryAfterSeconds }: Answer): KubeError | undefined {
  if (code >= 200 && code < 300) return undefined
  const header = retryAfterSeconds === undefined ? undefined : String(retryAfterSeconds)
  return errorOfAnswer(what, code, parse(body), header)
}

/** What the transport says of a connection that broke in the middle. */
export const broken = ({ method, path }: Pick<KubeRequest, 'method' | 'path'>): KubeError => ({
  kind: 'timeout',
  message: `${method} ${path}: the connection broke`,
})
