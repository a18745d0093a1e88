import { useMemo } from 'preact/hooks'
import type { Store } from '../live/store.ts'
import { inEffect } from '../model/drains.ts'
import { watchedWords } from '../model/lead.ts'
import { momentsOf } from '../model/moments.ts'
import { type Place, writePlace } from '../model/place.ts'
import { Slowly } from '../model/slowly.ts'
import { storiesOf } from '../model/stories.ts'
import { arrange, everything, type Facets, type Filter, facetsOf, type Sorting } from '../model/table.ts'
import { anyTiers } from '../model/tiers.ts'
import { Drained } from './drained.tsx'
import { Filters } from './filters.tsx'
import { Moments } from './moment-list.tsx'
import { NowCard } from './now-card.tsx'
import { ReactionChart } from './reaction-chart.tsx'
import { RouteTable } from './route-table.tsx'
import { Tiles } from './tiles.tsx'

interface RoutesViewProps {
  readonly store: Store
  readonly place: Place & { view: 'routes' }
  /** By the operator's clock. */
  readonly now: number
}

/** The first view: what is wrong, how many routes are in each state, and all routes. */
export function RoutesView({ store, place, now }: RoutesViewProps) {
  const { filter, sorting } = place
  const digest = useDigest(store, place)
  const go = (change: { filter?: Filter; sorting?: Sorting }) =>
    location.replace(writePlace({ view: 'routes', filter, sorting, ...change }))
  return (
    <div class="overview">
      <div class="first">
        <NowCard
          counts={store.counts}
          stories={digest.stories}
          moments={digest.moments}
          isComplete={store.isComplete}
          now={now}
        />
        <Tiles
          counts={store.counts}
          chosen={filter.states}
          choose={(states) => go({ filter: { ...filter, states } })}
        />
        <Drained drains={inEffect(store.status?.drains ?? [])} now={now} />
      </div>
      <aside class="aside" aria-label="What happened, and how fast">
        <ReactionChart lines={store.entries} version={digest.historyVersion} />
        <Moments moments={digest.moments} most={5} now={now} watched={watchedWords(store.status, now)} />
      </aside>
      <section class="list" aria-label="All routes">
        <Filters
          filter={filter}
          facets={digest.facets}
          found={digest.order.length}
          total={store.routes.size}
          change={(wanted) => go({ filter: wanted })}
        />
        <RouteTable
          order={digest.order}
          routes={store.routes}
          sorting={sorting}
          sort={(wanted) => go({ sorting: wanted })}
          now={now}
          hasTiers={digest.hasTiers}
          empty={<Empty store={store} clear={() => go({ filter: everything })} />}
        />
      </section>
    </div>
  )
}

/** What is shown instead of an empty table: why it is empty, and what to do. */
function Empty({ store, clear }: { store: Store; clear: () => void }) {
  if (!store.isComplete) return <p>Loading the routes…</p>
  if (store.routes.size > 0) {
    return (
      <p>
        No route matches the filter.{' '}
        <button type="button" onClick={clear}>
          Show all routes
        </button>
      </p>
    )
  }
  return (
    <>
      <p>The operator does not control any route yet. Add its label to a route:</p>
      <pre>
        kubectl -n NAMESPACE label trafficsplit NAME failover.linkerd.io/controlled-by=linkerd-failover
      </pre>
    </>
  )
}

function useDigest(store: Store, place: Place & { view: 'routes' }) {
  const slowly = useMemo(() => new Slowly<Place, Digest>(() => performance.now()), [store])
  const { filter, sorting } = place
  return slowly.ask(place, store.version, () => ({
    order: arrange(store.routes.values(), filter, sorting),
    facets: facetsOf(store.routes.values()),
    stories: storiesOf(store.routes.values()),
    moments: momentsOf(store.entries),
    hasTiers: anyTiers(store.routes.values()),
    historyVersion: store.version,
  }))
}

interface Digest {
  readonly order: ReturnType<typeof arrange>
  readonly facets: Facets
  readonly stories: ReturnType<typeof storiesOf>
  readonly moments: ReturnType<typeof momentsOf>
  readonly hasTiers: boolean
  readonly historyVersion: number
}
