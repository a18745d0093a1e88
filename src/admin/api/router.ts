import { findEndpoint } from './endpoints.ts'
import { openApi } from './openapi.ts'
import type { ApiSources } from './sources.ts'

/** An answer of the JSON API; a problem is an object with the one field `error`. */
export interface ApiAnswer {
  readonly status: number
  readonly body: unknown
}

/** Answers a request for `/api/…`. */
export function answerApi(url: URL, sources: ApiSources): ApiAnswer {
  if (url.pathname === '/api/v1/openapi.json') return { status: 200, body: openApi(sources.version) }
  const found = findEndpoint(url.pathname)
  if (!found) {
    return { status: 404, body: { error: `${url.pathname} does not exist; see /api/v1/openapi.json` } }
  }
  const parameters = { ...Object.fromEntries(url.searchParams), ...found.parameters }
  const answer = found.endpoint.run(parameters, sources)
  return answer.ok
    ? { status: 200, body: answer.value }
    : { status: answer.error.status, body: { error: answer.error.error } }
}
