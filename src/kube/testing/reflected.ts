import { afterEach, expect } from 'vitest'
import { ok } from '../../base/result.ts'
import type { KubeError } from '../errors.ts'
import { type Reflector, startReflector } from '../watch/reflector.ts'
import type { ReflectorOptions, ReflectorState } from '../watch/reflector-state.ts'
import { createStore, type StoreChange } from '../watch/store.ts'
import { FakeTransport } from './fake-transport.ts'
import { createManualClock, settle } from './manual-clock.ts'
import { createMemoryLog } from './memory-log.ts'

export const slices = { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices' }
export const path = '/apis/discovery.k8s.io/v1/endpointslices'

export const object = (name: string, version: number, value = 'x') => ({
  metadata: { namespace: 'ns', name, resourceVersion: String(version) },
  value,
})
export const event = (type: string, name: string, version: number, value = 'x') => ({
  type,
  object: object(name, version, value),
})
export const bookmark = (version: number, ends = false) => ({
  type: 'BOOKMARK',
  object: {
    metadata: {
      resourceVersion: String(version),
      ...(ends ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
    },
  },
})
export const status = (code: number, message = 'said the server') => ({
  type: 'ERROR',
  object: { kind: 'Status', code, message },
})
export const broken: KubeError = { kind: 'timeout', message: 'the connection broke' }
export const refused: KubeError = { kind: 'invalid', message: 'sendInitialEvents is forbidden' }

export function readValue(item: unknown): string {
  if (typeof item === 'object' && item !== null && 'value' in item && typeof item.value === 'string') {
    if (item.value === 'bad') throw new Error('bad value')
    return item.value
  }
  throw new Error('no value')
}

const running: Reflector[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((reflector) => reflector.stop()))
})

export async function start(more: Partial<ReflectorOptions<string>> = {}) {
  const transport = new FakeTransport()
  const clock = createManualClock()
  const log = createMemoryLog()
  const changes: StoreChange<string>[] = []
  const states: ReflectorState[] = []
  const { reader, writer } = createStore<string>((change) => changes.push(change))
  const reflector = startReflector({
    name: 'slices',
    resource: async () => ok(slices),
    project: readValue,
    writer,
    transport,
    clock,
    random: () => 0,
    log,
    onState: (state) => states.push(state),
    ...more,
  })
  running.push(reflector)
  await settle()
  const contents = () => Object.fromEntries(reader.entries())
  return { transport, clock, log, changes, states, reader, writer, reflector, contents }
}

/** A reflector that has listed one object, `ns/a` at version 10, and watches. */
export async function startWatching(more: Partial<ReflectorOptions<string>> = {}) {
  const world = await start(more)
  world.transport.last.send(event('ADDED', 'a', 5), bookmark(10, true))
  await settle()
  expect(world.states).toEqual(['listing', 'watching'])
  return world
}
