import { expect, test } from 'vitest'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import { FakeNetwork } from './testing/fake-network.ts'
import { WaysIn } from './ways-in.ts'

const [one, two] = ['one.example.org', 'two.example.org']

test('a name that cannot be resolved is a trouble until it can be', async () => {
  const clock = createManualClock()
  const network = new FakeNetwork(clock)
  const ways = new WaysIn([{ addresses: [one, two], port: 4191, path: '/ready' }], network)
  const troubleAt = async (ms: number) => {
    ways.lines(ms)
    await clock.advance(0)
    return ways.trouble
  }
  expect(await troubleAt(0)).toBe(`${one} cannot be resolved: not found`)
  network.names.set(one, ['192.0.2.10'])
  expect(await troubleAt(10_000)).toBe(`${two} cannot be resolved: not found`)
  network.names.set(two, ['192.0.2.11'])
  expect(await troubleAt(20_000)).toBe('')
})
