import { count } from '../model/format.ts'
import type { Counts } from '../model/headline.ts'
import { type Mark, marks, states } from '../model/states.ts'
import { StateMark } from './state-mark.tsx'

interface TilesProps {
  readonly counts: Counts
  readonly chosen: readonly Mark[]
  readonly choose: (states: readonly Mark[]) => void
}

/** How many routes are in each state, and how many have findings; pressing a tile shows only those. */
export function Tiles({ counts, chosen, choose }: TilesProps) {
  const toggle = (mark: Mark) =>
    choose(chosen.includes(mark) ? chosen.filter((one) => one !== mark) : [...chosen, mark])
  return (
    <fieldset class="tiles">
      <legend class="hidden">Routes by state; a pressed one filters the table</legend>
      {marks.map((state) => (
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
