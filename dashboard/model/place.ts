import type { RouteKey } from './route.ts'
import { marks } from './states.ts'
import { columns, everything, type Filter, type Sorting, worstFirst } from './table.ts'

/** Which part of the page is shown. It is in the address, so that it can be sent to a colleague. */
export type Place =
  | { readonly view: 'routes'; readonly filter: Filter; readonly sorting: Sorting }
  | { readonly view: 'route'; readonly key: RouteKey }
  | { readonly view: 'timeline' }
  | { readonly view: 'operator' }

export const home: Place = { view: 'routes', filter: everything, sorting: worstFirst }

/** Reads what follows `#` in the address. Total: what makes no sense leads home. */
export function readPlace(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?')
  const [first, ...rest] = path.split('/').filter(Boolean).map(decode)
  if (first === 'timeline' || first === 'operator') return { view: first }
  if (first === 'route' && rest.length === 3) return { view: 'route', key: rest.join('/') }
  return readRoutes(new URLSearchParams(query))
}

function readRoutes(query: URLSearchParams): Place {
  const wanted = query.getAll('state')
  const text = (name: string) => query.get(name) ?? ''
  const by = columns.find((column) => column === query.get('sort')) ?? worstFirst.by
  return {
    view: 'routes',
    filter: {
      text: text('q'),
      states: marks.filter((mark) => wanted.includes(mark)),
      namespace: text('namespace'),
      kind: text('kind'),
      cluster: text('cluster'),
    },
    sorting: { by, descending: query.has('descending') },
  }
}

/** The address of a place, from `#` on; `readPlace` of it is the same place. */
export function writePlace(place: Place): string {
  if (place.view === 'timeline' || place.view === 'operator') return `#/${place.view}`
  if (place.view === 'route') return `#/route/${place.key.split('/').map(encodeURIComponent).join('/')}`
  const { filter, sorting } = place
  const query = new URLSearchParams()
  if (filter.text) query.set('q', filter.text)
  for (const state of filter.states) query.append('state', state)
  for (const name of ['namespace', 'kind', 'cluster'] as const)
    if (filter[name]) query.set(name, filter[name])
  if (sorting.by !== worstFirst.by) query.set('sort', sorting.by)
  if (sorting.descending) query.set('descending', '')
  return query.size > 0 ? `#/?${query}` : '#/'
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
