import type { BackendItem, MemberItem, RouteFacts, SplitItem } from '../../api/schema.ts'
import { ruleOf } from '../../core/decide.ts'
import { linkerdViewText } from '../destination/text.ts'
import { routeDrainText } from '../drains/concerning.ts'
import { type Column, type Palette, renderTable } from '../output.ts'
import { dryRunText } from '../policies/would.ts'
import { ageText, isKnownBefore, shortName, stateText, toneOf, weightInEffect } from '../status/table.ts'
import type { Explanation, SplitExplanation } from './explanation.ts'
import type { Diagnosis } from './findings.ts'
import { gatewayText } from './gateways.ts'
import { waitingText } from './waiting.ts'

/** An explanation for people; `now` (epoch ms) turns times into ages. */
export function explanationText(explanation: Explanation, palette: Palette, now: number): string {
  const { route, splits, controlled, notes, proxies } = explanation
  const head = [`${route.kind} ${route.namespace}/${route.name}, ${sinceText(route, now)}`]
  if (!controlled) {
    head.push(
      palette.warning('Not controlled: the selector does not match its labels, so the operator ignores it.'),
    )
  }
  const parts = route.splits.flatMap((item, index) => {
    const split = splits[index]
    const title = item.where === null ? [] : [`${item.where}:`]
    return split ? [...title, ...splitText(item, split, { ...explanation, palette, now })] : []
  })
  const given = proxies === null ? [] : linkerdViewText(proxies, palette, now)
  const drained = section(
    'Drains:',
    explanation.drains.map((drain) => routeDrainText(drain, now)),
  )
  const lines = [
    ...head,
    '',
    ...diagnosisText(explanation, palette),
    ...drained,
    ...gatewaysText(explanation),
    ...parts,
    ...given,
    ...notes,
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), '']

function diagnosisText({ findings, unseen }: Diagnosis, palette: Palette): string[] {
  const found = findings.map(({ reason, message }) => `${palette.warning(reason)}: ${message}`)
  return [...section('Findings:', found), ...section('Could not be checked:', unseen)]
}

function gatewaysText({ gateways }: Explanation): string[] {
  if (gateways === null || gateways.length === 0) return []
  return ['Gateways, by the probes of the operator:', ...gateways.map((one) => `  ${gatewayText(one)}`), '']
}

function sinceText({ since, sinceBefore }: RouteFacts, now: number): string {
  if (since !== null) return `since ${ageText(since, now)} ago`
  return isKnownBefore(sinceBefore, now)
    ? `since before ${ageText(sinceBefore, now)} ago`
    : 'since when is not known'
}

interface Showing {
  /** Its own Services are named without its namespace. */
  readonly route: Explanation['route']
  readonly dryRuns: Explanation['dryRuns']
  readonly palette: Palette
  /** Epoch, ms. */
  readonly now: number
}

function splitText(
  item: SplitItem,
  split: SplitExplanation,
  { route, dryRuns, palette, now }: Showing,
): string[] {
  const waiting = waitingText(item, route, now)
  return [
    `State:     ${palette[toneOf[item.state]](stateText(item))}`,
    `Rule:      ${item.rule}: ${ruleOf(item.rule).when}`,
    `Decision:  ${item.sentence}`,
    ...(waiting === undefined ? [] : [`Waits:     ${waiting}`]),
    ...(split.dryRun === null ? [] : [`DryRun:    ${dryRunText(dryRuns, split.dryRun)}`]),
    '',
    renderTable(backendColumns, rowsOf(item.backends, split.decided, route.namespace)),
    ...changesText(split),
    '',
  ]
}

/** A line of the table: a backend, or below it one of the Services from which it takes its endpoints. */
interface Row extends Pick<BackendItem, 'readiness'> {
  readonly name: string
  readonly role: string
  readonly weight: string
  readonly decided: string
}

const rowsOf = (backends: readonly BackendItem[], decided: readonly number[], namespace: string): Row[] =>
  backends.flatMap((backend, index) => {
    const { service, readiness, members } = backend
    const weight = weightInEffect(backend)
    const row: Row = {
      name: shortName(service, namespace),
      role: roleText(backend),
      readiness,
      weight: String(weight),
      decided: String(decided[index] ?? weight),
    }
    return [row, ...members.map((member) => memberRow(member, namespace))]
  })

const memberRow = ({ service, cluster, readiness }: MemberItem, namespace: string): Row => ({
  name: `  ${shortName(service, namespace)} (${cluster === null ? 'this cluster' : cluster})`,
  role: 'member',
  readiness,
  weight: '',
  decided: '',
})

const backendColumns: readonly Column<Row>[] = [
  { title: 'BACKEND', cell: ({ name }) => name },
  { title: 'ROLE', cell: ({ role }) => role },
  { title: 'READINESS', cell: ({ readiness }) => readiness.state },
  {
    title: 'ENDPOINTS',
    cell: ({ readiness: { ready, total } }) => (ready === null ? '?' : `${ready} of ${total} ready`),
  },
  { title: 'WEIGHT', cell: ({ weight }) => weight },
  { title: 'DECIDED', cell: ({ decided }) => decided },
  { title: 'WHY', cell: ({ readiness }) => readiness.why },
]

/** By a policy its place in the order counts. */
function roleText({ primary, tier }: BackendItem): string {
  if (tier !== null) return `tier ${tier + 1}`
  return primary ? 'primary' : 'secondary'
}

function changesText({ changes }: SplitExplanation): string[] {
  if (changes.length === 0) return ['No change of a single Service would change the decision.']
  const columns: Column<(typeof changes)[number]>[] = [
    { title: 'IF', cell: ({ when }) => when },
    { title: 'WEIGHTS', cell: ({ weights }) => weights.join(' ') },
    { title: 'DECISION', cell: ({ sentence }) => sentence },
  ]
  return ['What would change the decision:', renderTable(columns, changes)]
}
