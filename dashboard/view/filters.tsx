import { useEffect, useRef, useState } from 'preact/hooks'
import { count, counted } from '../model/format.ts'
import { everything, type Facets, type Filter } from '../model/table.ts'

interface FiltersProps {
  readonly filter: Filter
  readonly facets: Facets
  readonly change: (filter: Filter) => void
  readonly found: number
  readonly total: number
}

/** Search and filters. `/` leads to the search from anywhere on the page. */
export function Filters({ filter, facets, change, found, total }: FiltersProps) {
  const isFiltered = JSON.stringify(filter) !== JSON.stringify(everything)
  return (
    <search class="filters">
      <SearchField text={filter.text} change={(text) => change({ ...filter, text })} />
      <Choice
        name="Namespace"
        value={filter.namespace}
        all={facets.namespaces}
        choose={(namespace) => change({ ...filter, namespace })}
      />
      <Choice
        name="Kind"
        value={filter.kind}
        all={facets.kinds}
        choose={(kind) => change({ ...filter, kind })}
      />
      <Choice
        name="Cluster"
        value={filter.cluster}
        all={facets.clusters}
        choose={(cluster) => change({ ...filter, cluster })}
      />
      <output class="found">
        {isFiltered ? `${count(found)} of ${counted(total, 'route')}` : counted(total, 'route')}
      </output>
      <button type="button" class="clear" disabled={!isFiltered} onClick={() => change(everything)}>
        Clear
      </button>
    </search>
  )
}

function SearchField({ text, change }: { text: string; change: (text: string) => void }) {
  const field = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(text)
  // The address follows the keys a moment later: it must not take back what was typed meanwhile.
  useEffect(() => {
    if (document.activeElement !== field.current) setTyped(text)
  }, [text])
  const type = (next: string) => {
    setTyped(next)
    change(next)
  }
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (
        event.key !== '/' ||
        event.target instanceof HTMLInputElement ||
        event.target instanceof HTMLSelectElement
      )
        return
      event.preventDefault()
      field.current?.focus()
    }
    addEventListener('keydown', focus)
    return () => removeEventListener('keydown', focus)
  }, [])
  return (
    <input
      ref={field}
      type="search"
      class="search"
      placeholder="Search  ( / )"
      aria-label="Search routes and backends"
      value={typed}
      onInput={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Escape' && type('')}
    />
  )
}

interface ChoiceProps {
  readonly name: string
  readonly value: string
  readonly all: readonly string[]
  readonly choose: (value: string) => void
}

/** A value from the address that no longer exists is still shown, because it still filters. */
function Choice({ name, value, all, choose }: ChoiceProps) {
  const options = value === '' || all.includes(value) ? all : [value, ...all]
  return (
    <select
      aria-label={name}
      class={value ? 'chosen' : ''}
      disabled={options.length === 0}
      value={value}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      <option value="">{name}</option>
      {options.map((option) => (
        <option key={option} value={option}>
          {option}
        </option>
      ))}
    </select>
  )
}
