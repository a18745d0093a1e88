import type { SplitItem } from '../live/api.ts'
import { type Belief, beliefsOf, readyWords } from '../model/beliefs.ts'
import { Dots } from './backends.tsx'

/** What the operator believes of each backend and of each of its members, and why. */
export function Beliefs({ split, namespace }: { split: SplitItem; namespace: string }) {
  return (
    <table class="beliefs" aria-label="What the operator knows of each backend, and why">
      <thead>
        <tr>
          <th scope="col">Backend</th>
          <th scope="col">Readiness</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {beliefsOf(split, namespace).map((belief, place) => (
          <Line key={`${place} ${belief.service}`} belief={belief} />
        ))}
      </tbody>
    </table>
  )
}

function Line({ belief }: { belief: Belief }) {
  const { service, cluster, isPrimary, isMember, readiness, why } = belief
  const tags = [
    ...(isPrimary ? ['primary'] : []),
    ...(isMember ? ['member', cluster === null ? 'this cluster' : `cluster ${cluster}`] : []),
    ...(!isMember && cluster !== null ? [`cluster ${cluster}`] : []),
  ]
  return (
    <tr class={`${readiness.state} ${isMember ? 'member' : ''}`}>
      <th scope="row">
        {service}
        {tags.map((tag) => (
          <span key={tag}>
            {' '}
            <span class="tag">{tag}</span>
          </span>
        ))}
      </th>
      <td class="ready">
        <Dots backends={[{ readiness, primary: false }]} /> {readyWords(readiness)}
      </td>
      <td class="why">{why}</td>
    </tr>
  )
}
