import { useState } from 'preact/hooks'
import { moved } from '../model/keys.ts'
import { writePlace } from '../model/place.ts'
import type { RouteKey } from '../model/route.ts'

/** Moves through a long table by keys: arrows, pages, ends; Enter opens. The row stays in sight. */
export function useKeys(
  order: readonly RouteKey[],
  rowHeight: number,
  body: { readonly current: HTMLElement | null },
) {
  const [key, setKey] = useState<RouteKey>()
  const index = key === undefined ? -1 : order.indexOf(key)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Enter' && key !== undefined) {
      location.hash = writePlace({ view: 'route', key })
      return
    }
    const perPage = Math.max(1, Math.floor(innerHeight / rowHeight) - 2)
    const next = moved(index, event.key, order.length, perPage)
    if (next === undefined) return
    event.preventDefault()
    setKey(order[next])
    if (body.current) bringIntoSight(body.current, next * rowHeight, rowHeight)
  }
  return { active: index < 0 ? undefined : index, onKeyDown }
}

/** What stays on top of the page while it is scrolled (pixels). */
const coveredTop = 110

function bringIntoSight(body: HTMLElement, offset: number, height: number): void {
  const top = body.getBoundingClientRect().top + offset
  if (top < coveredTop) scrollBy({ top: top - coveredTop })
  else if (top + height > innerHeight) scrollBy({ top: top + height - innerHeight })
}
