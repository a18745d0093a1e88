import type { Migration } from './migration.ts'

/** Adds to each migration what is wrong between it and others: a name or a Service that two of them claim. */
export function findCollisions(migrations: readonly Migration[]): Migration[] {
  return migrations.map((migration) => {
    const others = migrations.filter((other) => other !== migration)
    return {
      ...migration,
      problems: [...migration.problems, ...sameNames(migration, others), ...sameApex(migration, others)],
    }
  })
}

const fullName = ({ original: { route } }: Migration): string => `${route.namespace}/${route.name}`

function sameNames({ routes }: Migration, others: readonly Migration[]): string[] {
  return routes.flatMap(({ metadata: { namespace, name } }) =>
    others
      .filter((other) =>
        other.routes.some(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
      )
      .map(
        (other) =>
          `the TrafficSplit ${fullName(other)} would also become a route ${namespace}/${name}; rename one of the two`,
      ),
  )
}

function sameApex({ original }: Migration, others: readonly Migration[]): string[] {
  const [apex] = original.route.apexes
  return others
    .filter((other) => apex !== undefined && other.original.route.apexes.includes(apex))
    .map(
      (other) =>
        `the TrafficSplit ${fullName(other)} also splits the Service ${apex}; keep only one of the two`,
    )
}
