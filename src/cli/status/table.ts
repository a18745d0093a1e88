import type { BackendItem, RouteFacts, SplitItem } from '../../api/schema.ts'
import { massEvent } from '../../core/policy/rules/limited.ts'
import type { RouteState } from '../../core/state.ts'
import { type Column, type Palette, renderTable } from '../output.ts'
import type { RouteStatus } from './route-status.ts'

/** A line of the table: one split. */
interface Row {
  readonly route: RouteFacts
  readonly split: SplitItem
  /** Of the split, where the route has several. */
  readonly suffix: string
  readonly why: string
  /** Of the route, on the first of its lines. */
  readonly findings: string
}

/** A status, with what was found around the route if that was looked for. */
type ShownStatus = RouteStatus & { readonly findings?: readonly { readonly reason: string }[] }

/** The table of `status`; `now` (epoch ms) turns times into ages. */
export function statusTable(routes: readonly ShownStatus[], palette: Palette, now: number): string {
  const rows = routes.flatMap(rowsOf)
  const unneeded = [
    ...(rows.some(({ split }) => split.policy !== null) ? [] : [tierTitle]),
    ...(rows.some(({ split }) => split.policy !== null || split.waits !== null) ? [] : [waitsTitle]),
    ...(rows.some(({ findings }) => findings !== '') ? [] : [findingsTitle]),
  ]
  return renderTable(
    columnsOf(palette, now).filter(({ title }) => !unneeded.includes(title)),
    rows,
  )
}

/** Shown if any route has a policy. */
const tierTitle = 'TIER'
/** The same, or if one waits for its turn by limits for all routes. */
const waitsTitle = 'WAITS'
/** Shown if anything was found. */
const findingsTitle = 'FINDINGS'

const rowsOf = ({ facts: route, reasons, findings = [] }: ShownStatus): Row[] =>
  route.splits.map((split, index) => ({
    route,
    split,
    suffix: suffixOf(split.where),
    why: reasons[index] ?? '',
    findings: index === 0 ? reasonsOf(findings) : '',
  }))

/** Each reason once. */
export const reasonsOf = (findings: readonly { readonly reason: string }[]): string =>
  [...new Set(findings.map(({ reason }) => reason))].join(', ')

/** `spec.rules[1]` of a route is shown behind its name, as `[1]`. */
export const suffixOf = (where: string | null): string =>
  where === null ? '' : (/\[\d+\]$/.exec(where)?.[0] ?? '')

const columnsOf = (palette: Palette, now: number): Column<Row>[] => [
  { title: 'NAMESPACE', cell: ({ route }) => route.namespace },
  { title: 'KIND', cell: ({ route }) => route.kind },
  { title: 'NAME', cell: ({ route, suffix }) => route.name + suffix },
  {
    title: 'STATE',
    cell: ({ split }) => stateText(split),
    paint: (text, { split }) => palette[toneOf[split.state]](text),
  },
  { title: tierTitle, cell: ({ split }) => tierText(split.backends) },
  { title: 'ACTIVE BACKENDS', cell: ({ route, split }) => activeText(split.backends, route.namespace) },
  { title: waitsTitle, cell: ({ route, split }) => waitText(split, route.namespace, now) },
  { title: 'SINCE', cell: ({ route }) => sinceText(route, now) },
  {
    title: findingsTitle,
    cell: ({ findings }) => findings,
    paint: (text) => palette.warning(text),
  },
  { title: 'WHY', cell: ({ why }) => why },
]

export const toneOf: Record<RouteState, keyof Palette> = {
  primary: 'good',
  paused: 'warning',
  drained: 'warning',
  failover: 'warning',
  hold: 'warning',
  misconfigured: 'bad',
  dark: 'bad',
}

export const stateText = ({ state, due }: Pick<SplitItem, 'state' | 'due'>): string =>
  due ? `${state} (due)` : state

/** `web:1 (3/3), web-east:1 (?)`: who gets traffic, its weight, its ready endpoints. */
export function activeText(backends: readonly BackendItem[], namespace: string): string {
  const active = backends.filter((backend) => backend.active)
  if (active.length === 0) return 'none'
  return active
    .map((backend) => {
      const { ready, total } = backend.readiness
      const counts = ready === null ? '?' : `${ready}/${total}`
      return `${shortName(backend.service, namespace)}:${weightInEffect(backend)} (${counts})`
    })
    .join(', ')
}

/** `2 of 3`: which tier serves, the last one if several do. */
function tierText(backends: readonly BackendItem[]): string {
  const tiers = backends.flatMap(({ tier }) => tier ?? [])
  if (tiers.length === 0) return ''
  const active = backends.flatMap((backend) => (backend.active ? (backend.tier ?? []) : []))
  const serving = active.length === 0 ? 'none' : String(Math.max(...active) + 1)
  return `${serving} of ${Math.max(...tiers) + 1}`
}

/**
 * `web in 41s`, `not web in 8s`: who gets traffic back, or is left, and when; `?` if only the operator knows. `web if
 * approved`: a person says when. `web after a mass event`: nobody knows when.
 */
function waitText({ waits: wait, rule }: SplitItem, namespace: string, now: number): string {
  if (wait === null) return ''
  if (wait.what === 'approval') return `${shortName(wait.service, namespace)} if approved`
  if (rule === massEvent.name) return `${shortName(wait.service, namespace)} after a mass event`
  const left = leftText(wait.until, now)
  const isLeft = wait.what === 'failover'
  return `${isLeft ? 'not ' : ''}${shortName(wait.service, namespace)} in ${left ?? '?'}`
}

/** A weight that is not written counts as its kind says: 1 if it carries traffic. */
export const weightInEffect = ({ weight, active }: BackendItem): number => weight ?? (active ? 1 : 0)

/** The name of a Service as its own namespace sees it. */
export const shortName = (service: string, namespace: string): string =>
  service.startsWith(`${namespace}/`) ? service.slice(namespace.length + 1) : service

/** `12m`; `> 3d` if the route was in its state before that, or `unknown` if only its present state is known. */
function sinceText({ since, sinceBefore }: RouteFacts, now: number): string {
  if (since !== null) return ageText(since, now)
  return isKnownBefore(sinceBefore, now) ? `> ${ageText(sinceBefore, now)}` : unknownAge
}

const unknownAge = 'unknown'

/** Whether a time says more than that the route is in its state now. */
export const isKnownBefore = (time: string | null, now: number): time is string =>
  time !== null && now - Date.parse(time) >= 1_000

/** How long ago, in the two largest units that matter, as kubectl says it. */
export function ageText(since: string | null, now: number): string {
  if (since === null) return unknownAge
  return spanText(Math.floor((now - Date.parse(since)) / 1000))
}

/** How long it is until then, as `ageText` says it; `undefined` if that is not known. */
export const leftText = (until: string | null, now: number): string | undefined =>
  until === null ? undefined : spanText(Math.ceil((Date.parse(until) - now) / 1000))

function spanText(length: number): string {
  const seconds = Math.max(0, length)
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 120) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`
}
