import { beforeEach, expect, it } from 'vitest'
import { err, ok } from '../../base/result.ts'
import { createManualClock, settle } from '../../kube/testing/manual-clock.ts'
import { ReadVersions } from './read-versions.ts'

let clock: ReturnType<typeof createManualClock>
/** What is asked for: `tcproutes v1alpha2`. */
let asked: string[]
let served: readonly string[] | 'no answer'
let changes: number
let versions: ReadVersions

beforeEach(() => {
  clock = createManualClock()
  asked = []
  served = []
  changes = 0
  const discovery: ConstructorParameters<typeof ReadVersions>[0] = {
    find: async ({ group, plural, versions: [version = ''] }) => {
      asked.push(`${plural} ${version}`)
      if (served === 'no answer') return err({ kind: 'timeout', message: 'no answer' })
      return ok(served.includes(plural) ? { group, plural, version } : undefined)
    },
  }
  versions = new ReadVersions(discovery, clock, () => (changes += 1))
})

it('asks for no kind that Linkerd reads in every version', () => {
  expect(['HTTPRoute', 'GRPCRoute', 'TrafficSplit'].map((kind) => versions.isRead(kind))).toEqual([
    true,
    true,
    true,
  ])
  expect(asked).toEqual([])
})

it('does not know before the server has answered, and says when it does', async () => {
  served = ['tlsroutes']
  expect(versions.isRead('TCPRoute')).toBe('unknown')
  await settle()
  expect(asked.sort()).toEqual(['tcproutes v1alpha2', 'tlsroutes v1alpha2'])
  expect([versions.isRead('TCPRoute'), versions.isRead('TLSRoute')]).toEqual([false, true])
  expect(changes).toBe(2)
})

it('asks again a minute later, when it is needed, and says only what has changed', async () => {
  versions.look()
  await settle()
  served = ['tcproutes']
  await clock.advance(59_999)
  expect(versions.isRead('TCPRoute')).toBe(false)
  await settle()
  expect(asked).toHaveLength(2)
  await clock.advance(1)
  expect(versions.isRead('TCPRoute')).toBe(false)
  await settle()
  expect(versions.isRead('TCPRoute')).toBe(true)
  expect([asked.length, changes]).toEqual([4, 3])
})

it('keeps what it knows when the server does not answer', async () => {
  versions.look()
  await settle()
  served = 'no answer'
  await clock.advance(60_000)
  versions.isRead('TCPRoute')
  await settle()
  expect(versions.isRead('TCPRoute')).toBe(false)
})
