import type { RouteItem } from '../live/api.ts'
import type { RouteKey } from '../model/route.ts'
import type { Column, Sorting } from '../model/table.ts'
import { RouteRow } from './route-row.tsx'
import { useKeys } from './use-keys.ts'
import { useMedia } from './use-media.ts'
import { usePageWindow } from './use-window.ts'

interface RouteTableProps {
  readonly order: readonly RouteKey[]
  readonly routes: ReadonlyMap<RouteKey, RouteItem>
  readonly sorting: Sorting
  readonly sort: (sorting: Sorting) => void
  /** By the operator's clock. */
  readonly now: number
  /** Whether any route has tiers. */
  readonly hasTiers: boolean
  /** What is shown if there is no route. */
  readonly empty: preact.ComponentChildren
}

/** Heights of a row as the style sheet has them. */
const rowHeights = { wide: 56, narrow: 104 }

/** All routes. Only those in sight exist as elements; the room of all others is kept free. */
export function RouteTable({ order, routes, sorting, sort, now, hasTiers, empty }: RouteTableProps) {
  const isNarrow = useMedia('(max-width: 760px)')
  const rowHeight = isNarrow ? rowHeights.narrow : rowHeights.wide
  const { body, slots, first, end } = usePageWindow(order.length, rowHeight)
  const { active, onKeyDown } = useKeys(order, rowHeight, body)
  return (
    <div class={`table ${hasTiers ? 'tiered' : ''}`}>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its rows can be chosen by keys
        role="grid"
        aria-label="Routes"
        aria-rowcount={order.length + 1}
        aria-activedescendant={active === undefined ? undefined : rowId(active)}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <Head sorting={sorting} sort={sort} hasTiers={hasTiers} />
        <tbody
          ref={body}
          style={{ height: `${order.length * rowHeight}px`, paddingTop: `${first * rowHeight}px` }}
        >
          {order.slice(first, end).map((key, offset) => {
            const index = first + offset
            return (
              <RouteRow
                key={index % slots}
                id={rowId(index)}
                index={index}
                isActive={index === active}
                route={routes.get(key)}
                now={now}
                hasTiers={hasTiers}
              />
            )
          })}
        </tbody>
      </table>
      {order.length === 0 && <div class="empty">{empty}</div>}
    </div>
  )
}

const rowId = (index: number) => `row-${index}`

/** Only if there are tiers. */
const tiersHeading = 'Tier, waits'

const headings: readonly { column: Column | undefined; text: string }[] = [
  { column: 'state', text: 'State' },
  { column: 'name', text: 'Route' },
  { column: undefined, text: 'Traffic' },
  { column: undefined, text: 'Why' },
  { column: undefined, text: tiersHeading },
  { column: 'since', text: 'Since' },
]

type Sorted = Pick<RouteTableProps, 'sorting' | 'sort'>

function Head({ sorting, sort, hasTiers }: Sorted & Pick<RouteTableProps, 'hasTiers'>) {
  const shown = headings.filter(({ text }) => text !== tiersHeading || hasTiers)
  return (
    <thead>
      <tr aria-rowindex={1}>
        {shown.map(({ column, text }) =>
          column ? (
            <SortHeading key={text} column={column} text={text} sorting={sorting} sort={sort} />
          ) : (
            <th key={text} scope="col">
              {text}
            </th>
          ),
        )}
      </tr>
    </thead>
  )
}

/** Pressed once it sorts by its column, pressed again the other way round. */
function SortHeading({ column, text, sorting, sort }: { column: Column; text: string } & Sorted) {
  const isSorted = sorting.by === column
  const { descending } = sorting
  return (
    <th scope="col" aria-sort={isSorted ? (descending ? 'descending' : 'ascending') : 'none'}>
      <button type="button" onClick={() => sort({ by: column, descending: isSorted && !descending })}>
        {text}
        <span class="arrow" aria-hidden="true">
          {isSorted && (descending ? '▲' : '▼')}
        </span>
      </button>
    </th>
  )
}
