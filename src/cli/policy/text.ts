import { routeDrainText } from '../drains/concerning.ts'
import { type Column, type Palette, renderTable } from '../output.ts'
import { dryRunText } from '../policies/would.ts'
import { shortName } from '../status/table.ts'
import type { AppliedPolicy, AppliedSplit, Member, Section } from './applied-policy.ts'

/** A policy for people: its sections, the tiers of each split, its Drains; `now` (epoch ms) is for their ends. */
export function policyText(
  { route, controlled, sections, ignored, splits, dryRuns, passedOver, drains }: AppliedPolicy,
  palette: Palette,
  now: number,
) {
  const { kind, namespace, name } = route
  const head = [`${kind} ${namespace}/${name}`]
  if (!controlled) {
    head.push(
      palette.warning(
        'Not controlled: the selector does not match its labels, so nothing of this applies to it.',
      ),
    )
  }
  const wrong = ignored.map((message) => `${palette.warning('Ignored')}: ${message}`)
  const passed = passedOver.map(
    ({ policy, message }) => `${palette.warning('Not accepted')}: FailoverPolicy ${policy}: ${message}`,
  )
  const drained = drains.flatMap((drain) => ['', `Drain: ${routeDrainText(drain, now)}`])
  const tiers = splits.flatMap((split) => ['', ...splitText(split, namespace, { dryRuns, palette })])
  const lines = [
    ...head,
    '',
    renderTable(sectionColumns, sections).trimEnd(),
    ...wrong,
    ...passed,
    ...tiers,
    ...drained,
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

const sectionColumns: readonly Column<Section>[] = [
  { title: 'SECTION', cell: ({ name }) => name },
  { title: 'VALUE', cell: ({ value }) => value },
  {
    title: 'FROM',
    cell: ({ annotation, policy }) => {
      if (policy !== null) return `FailoverPolicy ${policy}`
      return annotation === null ? 'built-in' : `annotation ${annotation}`
    },
  },
]

interface Row {
  readonly tier: string
  readonly serves: string
  readonly members: readonly Member[]
}

function splitText(
  split: AppliedSplit,
  namespace: string,
  { dryRuns, palette }: Pick<AppliedPolicy, 'dryRuns'> & { readonly palette: Palette },
): string[] {
  const title = split.where === null ? [] : [`${split.where}:`]
  const dryRun = split.dryRun === null ? [] : [`DryRun: ${dryRunText(dryRuns, split.dryRun)}`]
  if (split.problem !== null)
    return [...title, `${palette.bad('misconfigured')}: ${split.problem}`, ...dryRun]
  const rows = split.tiers.map(
    ({ serves, members }, index): Row => ({
      tier: String(index + 1),
      serves: serves ? 'yes' : 'no',
      members,
    }),
  )
  const never = split.never.length === 0 ? [] : [{ tier: 'never', serves: '', members: split.never }]
  const columns: Column<Row>[] = [
    { title: 'TIER', cell: ({ tier }) => tier },
    { title: 'SERVES', cell: ({ serves }) => serves },
    {
      title: 'BACKENDS',
      cell: ({ members }) => members.map((member) => memberText(member, namespace)).join(', '),
    },
  ]
  return [...title, renderTable(columns, [...rows, ...never]).trimEnd(), ...dryRun]
}

/** As the annotation would name it: `web-east=70`. */
function memberText({ service, port, weight }: Member, namespace: string): string {
  const name = shortName(service, namespace)
  return `${name}${port === null ? '' : `:${port}`}${weight === null ? '' : `=${weight}`}`
}
