import { useEffect } from 'preact/hooks'
import type { Http } from '../live/http.ts'
import type { Store } from '../live/store.ts'
import { titleFor } from '../model/title.ts'
import { LostBar } from './connection-bar.tsx'
import { DemoPanel } from './demo-panel.tsx'
import { Header } from './header.tsx'
import { OperatorView } from './operator-view.tsx'
import { RouteView } from './route-view.tsx'
import { RoutesView } from './routes-view.tsx'
import { TimelineView } from './timeline-view.tsx'
import { usePlace } from './use-place.ts'
import { useNow, useStore } from './use-store.ts'

interface AppProps {
  readonly store: Store
  readonly http: Http
  /** True where the page is that of `npm run demo`. */
  readonly isDemo: boolean
}

export function App({ store, http, isDemo }: AppProps) {
  useStore(store)
  const now = useNow()
  const place = usePlace()
  const { connection, status } = store
  const title = titleFor(store.counts, connection.phase)
  useEffect(() => {
    document.title = title
  }, [title])
  useEffect(() => scrollTo(0, 0), [place.view])
  const shared = { store, now: now + store.skewMs }
  return (
    <>
      <Header place={place} status={status} connection={connection} now={now} isDemo={isDemo} />
      <LostBar connection={connection} now={now} />
      <main class={connection.phase} id="main">
        {isDemo && (place.view === 'routes' || place.view === 'route') && <DemoPanel http={http} />}
        {place.view === 'routes' && <RoutesView {...shared} place={place} />}
        {place.view === 'route' && <RouteView {...shared} http={http} routeKey={place.key} />}
        {place.view === 'timeline' && <TimelineView {...shared} />}
        {place.view === 'operator' && <OperatorView {...shared} />}
      </main>
    </>
  )
}
