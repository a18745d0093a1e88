import { useEffect, useState } from 'preact/hooks'
import type { Http } from '../live/http.ts'

type Panel = (props: { readonly http: Http }) => preact.JSX.Element

/** The demo's panel. It is loaded only where there is a demo; until then its place is kept. */
export function DemoPanel({ http }: { http: Http }) {
  const [loaded, setLoaded] = useState<{ readonly Panel: Panel }>()
  useEffect(() => {
    import('../demo/panel.tsx').then(({ Panel }) => setLoaded({ Panel }))
  }, [])
  return (
    <section class="card demo" aria-label="Demo">
      {loaded && <loaded.Panel http={http} />}
    </section>
  )
}
