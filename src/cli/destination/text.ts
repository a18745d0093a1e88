import { type Column, type Palette, renderTable } from '../output.ts'
import { ageText } from '../status/table.ts'
import type { DifferenceItem, LinkerdView, ServiceItem } from './report.ts'

/** Linkerd's own view as lines for people; `now` (epoch ms) turns times into ages. */
export function linkerdViewText(view: LinkerdView, palette: Palette, now: number): string[] {
  const { namespace, services, differences, unseen } = view
  return [
    `Endpoints that Linkerd gives to proxies, by destination Pod in namespace ${namespace}:`,
    ...tableText(view),
    ...legendOf(services),
    ...section('Could not be asked:', unseen),
    ...(differences.length > 0 ? differencesText(differences, palette, now) : nothingFound(services)),
  ]
}

function tableText({ pods, services }: LinkerdView): string[] {
  const answered = pods.filter(({ problem }) => problem === null)
  if (answered.length === 0 || services.length === 0) return []
  const columns: Column<ServiceItem>[] = [
    { title: 'SERVICE', cell: ({ service, port }) => `${service}:${port}` },
    { title: 'READY', cell: ({ ready }) => (ready === null ? '?' : String(ready)) },
    ...answered.map(({ pod }) => ({ title: pod, cell: (item: ServiceItem) => givenText(item, pod) })),
  ]
  return [renderTable(columns, services)]
}

const words = { unasked: 'not asked', unreported: 'not reported', unread: 'not read' }

function givenText({ given }: ServiceItem, pod: string): string {
  const one = given.find((candidate) => candidate.pod === pod)
  if (!one) return '?'
  if (one.state !== 'reported') return words[one.state]
  return one.fewest === one.most ? String(one.fewest) : `${one.fewest} to ${one.most}`
}

/** The words in the table that are no difference, explained once. */
function legendOf(services: readonly ServiceItem[]): string[] {
  const states = new Set(services.flatMap(({ given }) => given.map(({ state }) => state)))
  const lines = [
    ...(states.has('unasked')
      ? ['not asked: no proxy asks this Pod for it now, so the Pod has no number. This is no difference.']
      : []),
    ...(states.has('unreported')
      ? [
          'not reported: proxies ask this Pod for it. Linkerd 2.20 and newer report a number only after the next change.',
        ]
      : []),
  ]
  return lines.length === 0 ? [] : [...lines, '']
}

/** What has one remedy is listed together, and the remedy once. */
function differencesText(differences: readonly DifferenceItem[], palette: Palette, now: number): string[] {
  const byRemedy = Map.groupBy(differences, ({ remedy }) => remedy)
  const lines = [...byRemedy].flatMap(([remedy, alike]) => [
    ...alike.map((one) => `${palette.bad(one.message)}.${beginText(one, now)}`),
    `  What to do: ${remedy}`,
  ])
  return section('Differences:', lines)
}

/** Nothing is found where nothing was compared, too; that is not the same. */
function nothingFound(services: readonly ServiceItem[]): string[] {
  const isCompared = services.some(({ ready, given }) => {
    const reported = given.filter(({ state }) => state === 'reported').length
    return reported > (ready === null ? 1 : 0)
  })
  return [isCompared ? 'No difference was found.' : 'Nothing could be compared.', '']
}

const beginText = ({ notBefore, began }: DifferenceItem, now: number): string =>
  began === null ? '' : ` It began ${ageText(notBefore, now)} ago at the earliest, when ${began}.`

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), '']
