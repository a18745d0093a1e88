import type { Timer } from '../../src/base/clock.ts'
import type { World } from '../world.ts'
import { reconcileDeployment } from './deployments.ts'
import { reconcileJob } from './jobs.ts'
import { Owners } from './owners.ts'
import { reconcileService } from './services.ts'

export type Controllers = { stop(): void }

/**
 * Plays the controllers of a cluster: after a change, what depends on it is brought in line, once however
 * many changes were made at that moment. Failing ones are reported and tried again at the next change.
 */
export function runControllers(world: World, podReadyMs: number): Controllers {
  const owners = new Owners(world)
  const timers = new Set<Timer>()
  let stopped = false
  const later = (run: () => void) => {
    const timer = world.clock.after(podReadyMs, () => {
      timers.delete(timer)
      attempt(run)
    })
    timers.add(timer)
  }
  let dirty = new Map<string, () => void>()
  const flush = () => {
    if (stopped) return
    const batch = dirty
    dirty = new Map()
    for (const reconcile of batch.values()) attempt(reconcile)
  }
  const mark = (key: string, reconcile: () => void) => {
    if (dirty.size === 0) queueMicrotask(flush)
    dirty.set(key, reconcile)
  }
  const markAll = (namespace: string, deployments: Iterable<string>, services: Iterable<string>) => {
    for (const name of deployments) {
      mark(`deployment ${namespace}/${name}`, () => reconcileDeployment(world, namespace, name, later))
    }
    for (const name of services) {
      mark(`service ${namespace}/${name}`, () => reconcileService(world, namespace, name))
    }
  }
  world.store.onChange((kind, change) => {
    const { namespace = '', name } = change.object.metadata
    if (kind.id === 'jobs.batch') mark(`job ${namespace}/${name}`, () => reconcileJob(world, namespace, name))
    const affected = owners.affectedBy(kind, change)
    if (affected) markAll(namespace, affected.deployments, affected.services)
  })
  return {
    stop: () => {
      stopped = true
      for (const timer of timers) timer.cancel()
    },
  }
}

function attempt(reconcile: () => void): void {
  try {
    reconcile()
  } catch (error) {
    console.error('sandbox controller:', error)
  }
}
