import { decode, type Guard } from './decode.ts'

export interface Http {
  /** Where the API is, without a slash at its end. */
  readonly api: string
  readonly fetch: typeof fetch
}

/** An answer with a status of 2xx, or an error that says what the server said instead. */
export async function request({ api, fetch }: Http, path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(`${api}${path}`, { ...init, cache: 'no-store' })
  if (response.ok) return response
  const text = await response.text().catch(() => '')
  throw new Error(`HTTP ${response.status}${text ? `: ${messageOf(text)}` : ''}`)
}

/** Asks for JSON of the API. */
export async function getJson<T>(
  http: Http,
  path: string,
  isWanted: Guard<T>,
  signal: AbortSignal,
): Promise<T> {
  const response = await request(http, path, { signal })
  return decode(await response.text(), isWanted, path)
}

/** The problem that the API reports, or the beginning of any other answer, for example from a proxy. */
function messageOf(text: string): string {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body && 'error' in body) return String(body.error)
  } catch {
    // Not the API: a proxy between.
  }
  return text.trim().slice(0, 200)
}

/** Any error in words; the browser's own for a server that is not there says little. */
export function reasonOf(error: unknown): string {
  if (error instanceof TypeError) return 'the operator cannot be reached'
  return error instanceof Error ? error.message : String(error)
}
