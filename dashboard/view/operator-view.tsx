import type { Store } from '../live/store.ts'
import { clock, count, lasting } from '../model/format.ts'
import { leaderName, leadWords } from '../model/lead.ts'
import { ReactionChart } from './reaction-chart.tsx'

interface OperatorViewProps {
  readonly store: Store
  /** By the operator's clock. */
  readonly now: number
}

/** The operator itself: the leader, its watches, its reaction times. */
export function OperatorView({ store, now }: OperatorViewProps) {
  const { status } = store
  if (!status) return <p class="empty">No status received from the operator yet.</p>
  return (
    <div class="operator">
      <section class="card" aria-label="This operator">
        <h1>{leadWords(status)}</h1>
        <dl>
          <Fact term="This replica" text={status.instance} />
          <Fact term="Leader" text={leaderName(status)} />
          <Fact term="Version" text={status.version} />
          <Fact
            term="Started"
            text={`${lasting(now - Date.parse(status.startedAt))} ago, ${clock(Date.parse(status.startedAt), now)}`}
          />
          <Fact term="Its clock" text={skewWords(store.skewMs)} />
        </dl>
      </section>
      <ReactionChart lines={store.entries} version={store.version} />
      <section class="card" aria-label="Watches">
        <h2>
          {status.ready
            ? 'All watches are complete'
            : 'Some watches are not complete yet, so no weights are written'}
        </h2>
        <table class="watches">
          <thead>
            <tr>
              <th scope="col">Watch</th>
              <th scope="col">State</th>
              <th scope="col">Complete</th>
              <th scope="col">Objects</th>
            </tr>
          </thead>
          <tbody>
            {status.watches.map(({ name, state, synced, objects }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{state}</td>
                <td>{synced ? '✓ yes' : '✗ not yet'}</td>
                <td>{count(objects)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  )
}

const Fact = ({ term, text }: { term: string; text: string }) => (
  <>
    <dt>{term}</dt>
    <dd>{text}</dd>
  </>
)

/** Times on the page follow the operator's clock; a browser that is far off should know. */
function skewWords(skewMs: number): string {
  if (Math.abs(skewMs) < 2000) return 'agrees with this browser'
  return `${lasting(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead of' : 'behind'} this browser`
}
