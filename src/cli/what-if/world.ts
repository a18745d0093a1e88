import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { unknownBecause } from '../../core/readiness.ts'
import { type Readiness, readinessOf, type ServiceKey } from '../../core/types.ts'
import { type Failure, wrongUsage } from '../failure.ts'

/** What is assumed of a Service, whatever the cluster reports; the number of its endpoints stays. */
export type Assumed = (now: Readiness) => Readiness

/** The readiness to assume. */
export interface World {
  readonly services: ReadonlyMap<ServiceKey, Assumed>
  /** Clusters that are lost. */
  readonly clusters: readonly string[]
}

const totalOf = (now: Readiness): number => (now.state === 'unknown' ? 0 : now.total)

/** What is so already stays as it is, with its reasons. */
const states: Record<'ready' | 'down' | 'unknown', Assumed> = {
  ready: (now) => {
    const total = Math.max(1, totalOf(now))
    return now.state === 'ready' ? now : readinessOf(total, total)
  },
  down: (now) => (now.state === 'down' ? now : readinessOf(0, totalOf(now))),
  unknown: () => unknownBecause('the world file says so'),
}

const count = z.int('must be a whole number').min(0, 'must not be negative')
const counts = z
  .strictObject({ ready: count, total: count })
  .refine(({ ready, total }) => ready <= total, 'ready is more than total')
  .transform(
    ({ ready, total }): Assumed =>
      () =>
        readinessOf(ready, total),
  )
const state = z
  .enum(['ready', 'down', 'unknown'], 'must be ready, down, unknown or {ready: 1, total: 3}')
  .transform((word) => states[word])
const readiness = z.unknown().transform((value, context): Assumed => {
  const parsed = (typeof value === 'object' && value !== null ? counts : state).safeParse(value)
  if (parsed.success) return parsed.data
  for (const { message, path } of parsed.error.issues) context.addIssue({ code: 'custom', message, path })
  return z.NEVER
})
const name = z.string().regex(/^[a-z0-9-]+\/[a-z0-9.-]+$/, 'must be NAMESPACE/NAME')

/** The format of `what-if -f`, as its help describes it. */
const schema = z.strictObject({
  services: z.record(name, readiness).default({}),
  clusters: z.record(z.string(), z.literal('down', 'must be down')).default({}),
})

/** Reads a world file; all that is wrong with it is said at once. */
export async function readWorld(file: string): Promise<Result<World, Failure>> {
  const { parse } = await import('yaml')
  let content: unknown
  try {
    content = parse(await readFile(file, 'utf8'), { logLevel: 'error' })
  } catch (problem) {
    const why = problem instanceof Error ? problem.message.split('\n')[0] : String(problem)
    return err(
      wrongUsage(`${file} cannot be read: ${why}`, 'see linkerd-failover what-if --help for its format'),
    )
  }
  const world = schema.safeParse(content ?? {})
  if (!world.success) {
    const problems = world.error.issues.map(describe).join('; ')
    return err(
      wrongUsage(
        `${file} is not a valid world file: ${problems}`,
        'see linkerd-failover what-if --help for its format',
      ),
    )
  }
  const { services, clusters } = world.data
  return ok({ services: new Map(Object.entries(services)), clusters: Object.keys(clusters) })
}

function describe(issue: z.core.$ZodIssue): string {
  const where = issue.path.join('.')
  const inner = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined
  return where === '' ? issue.message : `${where}: ${inner ?? issue.message}`
}

/** What flags say, on top of what a file says. */
export function addDown(world: World, services: readonly ServiceKey[], clusters: readonly string[]): World {
  const down = services.map((service): [ServiceKey, Assumed] => [service, states.down])
  return {
    services: new Map([...world.services, ...down]),
    clusters: [...new Set([...world.clusters, ...clusters])],
  }
}

/** A world in which everything is as the cluster reports. */
export const asItIs: World = { services: new Map(), clusters: [] }
