import { useEffect, useState } from 'preact/hooks'
import type { RouteDetail } from '../live/api.ts'
import { isRouteDetail } from '../live/decode.ts'
import { getJson, type Http, reasonOf } from '../live/http.ts'

export interface Detail {
  readonly value: RouteDetail | undefined
  /** Why there is none, for people. */
  readonly problem: string | undefined
}

/** Changes that follow each other closely are asked for once (ms). */
const gatherMs = 300

/**
 * What is told of one route alone. Asked for when the route is opened, and again whenever `revision` says that it
 * changed; without a revision there is no such route, and nobody is asked.
 */
export function useDetail(http: Http, key: string, revision: number | undefined): Detail {
  const [detail, setDetail] = useState<Detail & { key: string }>({
    key,
    value: undefined,
    problem: undefined,
  })
  const isFirst = detail.key !== key || !detail.value
  useEffect(() => {
    if (revision === undefined) return
    const abort = new AbortController()
    const ask = () => {
      const path = `/api/v1/routes/${key.split('/').map(encodeURIComponent).join('/')}`
      getJson(http, path, isRouteDetail, abort.signal).then(
        (value) => setDetail({ key, value, problem: undefined }),
        (error) => abort.signal.aborted || setDetail({ key, value: undefined, problem: reasonOf(error) }),
      )
    }
    const timer = setTimeout(ask, isFirst ? 0 : gatherMs)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [http, key, revision])
  return detail.key === key ? detail : { value: undefined, problem: undefined }
}
