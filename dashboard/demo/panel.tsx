import { useEffect, useState } from 'preact/hooks'
import type { Http } from '../live/http.ts'
import { percent } from '../model/format.ts'
import { writePlace } from '../model/place.ts'
import { keyOf } from '../model/route.ts'
import {
  askDemo,
  type Demo,
  type DemoService,
  type DemoState,
  scaleService,
  unknownDemo,
} from './demo-feed.ts'
import { successNow } from './shares.ts'
import { colourOf, SuccessChart } from './success-chart.tsx'

const askEveryMs = 250
/** Pods of a healed service. */
const whenUp = 2

/** Only in the demo: buttons that break and heal its services, and the client's success meanwhile. */
export function Panel({ http }: { http: Http }) {
  const [problem, say] = useState<string>()
  const demo = useDemo(http)
  const { state, samples } = demo
  const scale = async (service: string, replicas: number) => say(await scaleService(http, service, replicas))
  if (!state)
    return (
      <p class="detail">{demo.problem ? `The demo did not answer: ${demo.problem}` : 'Loading the demo…'}</p>
    )
  const names = state.services.map(({ name }) => name)
  return (
    <>
      <div class="services">
        <Story state={state} problem={problem ?? demo.problem} />
        <ul>
          {state.services.map((service, index) => (
            <Service
              key={service.name}
              service={service}
              colour={colourOf(index)}
              share={samples.at(-1)?.shares[service.name] ?? 0}
              isBusy={state.busy !== null}
              scale={(replicas) => scale(service.name, replicas)}
            />
          ))}
        </ul>
      </div>
      <SuccessChart samples={samples} names={names} success={successNow(samples)} />
    </>
  )
}

function useDemo(http: Http): Demo {
  const [demo, setDemo] = useState(unknownDemo)
  useEffect(() => {
    let known = unknownDemo
    let timer: ReturnType<typeof setTimeout>
    const ask = async () => {
      known = await askDemo(http, known)
      setDemo(known)
      timer = setTimeout(ask, askEveryMs)
    }
    ask()
    return () => clearTimeout(timer)
  }, [http])
  return demo
}

function Story({ state: { busy, route }, problem }: { state: DemoState; problem: string | undefined }) {
  return (
    <p class="detail" role="status">
      {problem ?? busy ?? (
        <>
          A client calls <a href={writePlace({ view: 'route', key: keyOf(route) })}>{route.name}</a> 200 times
          a second. Break something:
        </>
      )}
    </p>
  )
}

interface ServiceProps {
  readonly service: DemoService
  readonly colour: string
  readonly share: number
  readonly isBusy: boolean
  readonly scale: (replicas: number) => void
}

function Service({ service: { name, isPrimary, ready, total }, colour, share, isBusy, scale }: ServiceProps) {
  const isUp = total > 0
  return (
    <li class={share > 0 ? 'active' : ''}>
      <svg class="swatch" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
        <rect width="12" height="12" rx="2" style={{ fill: `var(${colour})` }} />
      </svg>
      <span class="name">
        {name}
        {isPrimary && <span class="tag">primary</span>}
      </span>
      <span class={ready > 0 ? 'quiet' : 'down'}>
        {total === 0 ? 'no Pods' : `${ready} of ${total} ready`}
      </span>
      <span class="share-now">{percent(share)}</span>
      <button
        type="button"
        disabled={isBusy}
        onClick={() => scale(isUp ? 0 : whenUp)}
        aria-label={`${isUp ? 'Break' : 'Heal'} ${name}`}
      >
        {isUp ? 'Break' : 'Heal'}
      </button>
    </li>
  )
}
