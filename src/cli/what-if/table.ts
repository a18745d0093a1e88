import { counted } from '../../base/counted.ts'
import type { ServiceKey } from '../../core/types.ts'
import { type Column, type Palette, renderTable } from '../output.ts'
import { shortName, suffixOf } from '../status/table.ts'
import {
  type Effect,
  effects,
  type Fate,
  type RouteEffect,
  type SplitEffect,
  type Totals,
} from './effects.ts'

interface Row {
  readonly route: RouteEffect
  readonly split: SplitEffect
  readonly suffix: string
  readonly why: string
}

/** All splits that would not stay as they are, the worst first, and the totals. */
export function effectsText(fates: readonly Fate[], totals: Totals, palette: Palette): string {
  const rows = fates.flatMap(({ route, reasons }) =>
    route.splits.map(
      (split, index): Row => ({ route, split, suffix: suffixOf(split.where), why: reasons[index] ?? '' }),
    ),
  )
  const changed = effects
    .filter((effect) => effect !== 'stays')
    .flatMap((effect) => rows.filter(({ split }) => split.effect === effect))
  const table = changed.length === 0 ? '' : `${renderTable(columnsOf(palette), changed)}\n`
  return table + summary(fates.length, totals)
}

const columnsOf = (palette: Palette): Column<Row>[] => [
  { title: 'NAMESPACE', cell: ({ route }) => route.namespace },
  { title: 'KIND', cell: ({ route }) => route.kind },
  { title: 'NAME', cell: ({ route, suffix }) => route.name + suffix },
  {
    title: 'EFFECT',
    cell: ({ split }) => split.effect,
    paint: (text, { split }) => palette[toneOf(split.effect)](text),
  },
  { title: 'SERVED BY', cell: ({ split, route }) => names(split.before, route.namespace) },
  { title: 'THEN BY', cell: ({ split, route }) => names(split.after, route.namespace) },
  { title: 'WHY', cell: ({ why }) => why },
]

function toneOf(effect: Effect): keyof Palette {
  if (effect === 'goes dark' || effect === 'stays dark') return 'bad'
  return effect === 'fails back' || effect === 'recovers' ? 'good' : 'warning'
}

const names = (services: readonly ServiceKey[], namespace: string): string =>
  services.map((service) => shortName(service, namespace)).join(', ') || 'no backend'

const plural: Record<Effect, string> = {
  'goes dark': 'go dark',
  'stays dark': 'stay dark',
  'fails over': 'fail over',
  moves: 'move',
  redistributes: 'redistribute',
  'fails back': 'fail back',
  recovers: 'recover',
  stays: 'stay',
}

function summary(count: number, totals: Totals): string {
  const parts = effects
    .filter((effect) => totals[effect] > 0)
    .map((effect) => counted(totals[effect], effect, plural[effect]))
  return `${counted(count, 'route')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}\n`
}
