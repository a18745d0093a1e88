import { asObject, dig } from '../json.ts'
import { timestamp, type World } from '../world.ts'
import { find, replace } from './objects.ts'

/** A Job is done at once, as if its Pod had succeeded, so that who waits for a hook goes on. */
export function reconcileJob(world: World, namespace: string, name: string): void {
  const job = find(world, 'jobs.batch', namespace, name)
  if (!job || dig(job, 'status', 'completionTime')) return
  const now = timestamp(world.clock.wallTime())
  const condition = { type: 'Complete', status: 'True', lastTransitionTime: now, lastProbeTime: now }
  const done = { startTime: now, completionTime: now, succeeded: 1, conditions: [condition] }
  const status = { ...asObject(job.status), ...done }
  replace(world, 'jobs.batch', job, { ...job, status }, { subresource: 'status' })
}
