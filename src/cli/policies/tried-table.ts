import { type Column, type Palette, renderTable } from '../output.ts'
import type { Tried } from './trial.ts'

/** The objects of files for people: whether the operator would follow them, and if not, why. */
export function triedText(tried: readonly Tried[], palette: Palette): string {
  const columns: Column<Tried>[] = [
    { title: 'POLICY', cell: ({ kind, namespace, name }) => `${kind} ${namespace}/${name}` },
    { title: 'FILE', cell: ({ source }) => source },
    {
      title: 'ACCEPTED',
      cell: ({ accepted }) => (accepted ? 'yes' : 'no'),
      paint: (text, { accepted }) => palette[accepted ? 'good' : 'bad'](text),
    },
    { title: 'ROUTES', cell: ({ routes }) => String(routes) },
    { title: 'NOTE', cell: noteOf },
  ]
  return renderTable(columns, tried)
}

const noteOf = ({ replaces, reason, message, dryRun }: Tried): string =>
  [
    replaces ? 'replaces the one in the cluster' : 'new',
    ...(dryRun
      ? [`DryRun: it moves nothing${replaces ? endsOther : ','} try it with enforcement: Enforce`]
      : []),
    ...(message === followed ? [] : [`${reason}: ${message}`]),
  ].join('; ')

const endsOther = ', and what routes follow of that one ends;'
const followed = 'the operator follows it'
