import { counted } from '../../base/counted.ts'
import { renderData } from '../output.ts'
import type { Difference } from './compare.ts'
import type { Migration } from './migration.ts'
import { stepsFor } from './steps.ts'

/** All that is said about the routes, beside them. */
export function remarks(notes: readonly string[], migrations: readonly Migration[]): string[] {
  return [
    ...notes,
    ...migrations.flatMap((migration) => remarksOn(migration).map((text) => `${nameOf(migration)}: ${text}`)),
    ...stepsFor(migrations),
  ]
}

/** The routes as YAML documents, each below what is to be known of it, and the steps to take at the end. */
export async function routesText(
  notes: readonly string[],
  migrations: readonly Migration[],
): Promise<string> {
  const parts: string[] = notes.map(comment)
  for (const migration of migrations) {
    const about = [nameOf(migration), ...remarksOn(migration)].map(comment).join('')
    const documents = await Promise.all(migration.routes.map((route) => renderData('yaml', route)))
    parts.push(`---\n${about}${documents.join('---\n')}`)
  }
  return `${parts.join('')}---\n${stepsFor(migrations).map(comment).join('')}`
}

const remarksOn = ({ problems, notes }: Migration): string[] => [
  ...problems.map((problem) => `PROBLEM: ${problem}`),
  ...notes,
]

const nameOf = ({ original: { route } }: Migration): string => `TrafficSplit ${route.namespace}/${route.name}`

/** Text of users may hold line breaks, which would end a comment. */
const comment = (text: string): string =>
  text === '' ? '#\n' : `# ${text.replaceAll(/\s*[\r\n]\s*/g, ' ')}\n`

/** What a comparison found. */
export interface Report {
  readonly trafficSplits: number
  readonly routes: number
  /** How many states of readiness were compared, of all routes together. */
  readonly worlds: number
  /** Of which TrafficSplits not every state of readiness was compared. */
  readonly leftOut: readonly string[]
  readonly differences: readonly Difference[]
  /** What could not be compared, as it was not migrated. */
  readonly problems: readonly string[]
}

export const problemsOf = (migrations: readonly Migration[]): string[] =>
  migrations.flatMap((migration) => migration.problems.map((problem) => `${nameOf(migration)}: ${problem}`))

export function reportText({
  trafficSplits,
  routes,
  worlds,
  leftOut,
  differences,
  problems,
}: Report): string {
  const lines = [
    ...problems.map((problem) => `not migrated: ${problem}`),
    ...leftOut.map((text) => `not all states compared: ${text}`),
    ...differences.map(
      ({ trafficSplit, route, world, before, after }) =>
        `different: with ${world}, TrafficSplit ${trafficSplit} sends ${before}; ${route} sends ${after}`,
    ),
    `${counted(trafficSplits, 'TrafficSplit')}, ${counted(routes, 'route')}, ${counted(worlds, 'state', 'states')} of readiness: ${counted(differences.length, 'difference')}, ${counted(problems.length, 'problem')}`,
  ]
  return lines.map((line) => `${line}\n`).join('')
}
