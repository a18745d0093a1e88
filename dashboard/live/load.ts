import { isRouteList, isTimeline } from './decode.ts'
import { getJson, type Http } from './http.ts'
import type { Store } from './store.ts'

/** So many routes come first and quickly, the worst ones; the rest follows in larger pages. */
const firstRoutes = 200
const perPage = 1000

/**
 * Loads all routes, then what happened, into a store that takes what the stream says meanwhile. The page is
 * live when all routes are there; the past may follow.
 */
export async function load(http: Http, store: Store, signal: AbortSignal): Promise<void> {
  store.beginLoad()
  const newest = await Promise.all([routes(http, store, signal, ''), entries(http, store, signal, '')])
  let [moreRoutes, older] = newest
  while (moreRoutes !== null) moreRoutes = await routes(http, store, signal, moreRoutes)
  store.endLoad()
  while (older !== null) older = await entries(http, store, signal, older)
}

/** @returns the name of the next page, or null */
async function routes(http: Http, store: Store, signal: AbortSignal, from: string): Promise<string | null> {
  const page = from ? `limit=${perPage}&continue=${encodeURIComponent(from)}` : `limit=${firstRoutes}`
  const list = await getJson(http, `/api/v1/routes?sort=state&${page}`, isRouteList, signal)
  store.putRoutes(list.items)
  return list.continue
}

async function entries(
  http: Http,
  store: Store,
  signal: AbortSignal,
  before: string,
): Promise<string | null> {
  const page = `limit=${perPage}${before ? `&before=${before}` : ''}`
  const list = await getJson(http, `/api/v1/timeline?${page}`, isTimeline, signal)
  store.addEntries(list.items)
  return list.before
}
