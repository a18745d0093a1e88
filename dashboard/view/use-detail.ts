import { useEffect, useMemo, useState } from 'preact/hooks'
import type { RouteDetail } from '../live/api.ts'
import { createAsking } from '../live/asking.ts'
import { isRouteDetail } from '../live/decode.ts'
import { getJson, type Http, reasonOf } from '../live/http.ts'
import { after } from '../live/timer.ts'

export interface Detail {
  readonly value: RouteDetail | undefined
  /** Why there is none, for people. */
  readonly problem: string | undefined
}

/**
 * The detail of one route. Requested when the route is opened, and again when `revision` changes; without a
 * revision the route does not exist, and nothing is requested.
 */
export function useDetail(http: Http, key: string, revision: number | undefined): Detail {
  const [detail, setDetail] = useState<Detail & { key: string }>({
    key,
    value: undefined,
    problem: undefined,
  })
  const asking = useMemo(() => {
    const path = `/api/v1/routes/${key.split('/').map(encodeURIComponent).join('/')}`
    const ask = async (signal: AbortSignal) => {
      const loaded = await getJson(http, path, isRouteDetail, signal).then(
        (value) => ({ key, value, problem: undefined }),
        (error) => ({ key, value: undefined, problem: reasonOf(error) }),
      )
      if (!signal.aborted) setDetail(loaded)
    }
    return createAsking({ ask, after })
  }, [http, key])
  useEffect(() => () => asking.stop(), [asking])
  useEffect(() => {
    if (revision !== undefined) asking.want()
  }, [asking, revision])
  return detail.key === key ? detail : { value: undefined, problem: undefined }
}
