import { count } from '../model/format.ts'
import type { Counts } from '../model/headline.ts'
import { type RouteState, stateNames, states } from '../model/states.ts'
import { StateMark } from './state-mark.tsx'

interface TilesProps {
  readonly counts: Counts
  readonly chosen: readonly RouteState[]
  readonly choose: (states: readonly RouteState[]) => void
}

/** How many routes are in each state; pressing a tile shows only those. */
export function Tiles({ counts, chosen, choose }: TilesProps) {
  const toggle = (state: RouteState) =>
    choose(chosen.includes(state) ? chosen.filter((one) => one !== state) : [...chosen, state])
  return (
    <fieldset class="tiles">
      <legend class="hidden">Routes by state; a pressed one filters the table</legend>
      {stateNames.map((state) => (
        <button
          key={state}
          type="button"
          class={`tile ${state} ${states[state].tone} ${counts[state] > 0 ? 'some' : 'none'}`}
          aria-pressed={chosen.includes(state)}
          title={states[state].meaning}
          onClick={() => toggle(state)}
        >
          <StateMark state={state} size={22} />
          <span class="number">{count(counts[state])}</span>
          <span class="label">{states[state].label}</span>
        </button>
      ))}
    </fieldset>
  )
}
