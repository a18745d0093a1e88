import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import { ok } from '../../../src/base/result.ts'
import type { KubeRequest, Transport } from '../../../src/kube/http/transport.ts'
import { resourceOf } from '../network/sent.ts'
import type { Planted } from './planted.ts'
import { changed } from './tools.ts'

/** Without a renewal for so long another's lease may be taken (ms). */
const durationMs = 15_000

/** Bugs about who led while a write was not answered. */
export const leasePlants: readonly Planted[] = [
  {
    // A write that was applied and not answered is forgotten, though nobody else has led.
    name: "a lost lease taken for another's",
    breaks: ['untold transition'],
    within: 200,
    seed: 34,
    menu: ['answer lost with the server'],
    replicas: 2,
    plant: (transport, { name }) => {
      let isLost = false
      return withLeases(transport, (lease, { method }) => {
        if (method !== 'GET') isLost = lease === undefined
        if (method !== 'GET' || !isLost || holderOf(lease) !== name) return lease
        isLost = false
        return withHolder(lease, '')
      })
    },
  },
  {
    // It takes what the other has written for its own write, which was not answered, and tells of it too.
    name: "another's lease taken for the own one",
    breaks: ['told without transition'],
    within: 100,
    seed: 11,
    menu: ['lead goes and comes back'],
    replicas: 2,
    plant: (transport, { name, clock }) => {
      let own: JsonObject | undefined
      let others = { version: '', since: 0 }
      return withLeases(transport, (lease) => {
        if (holderOf(lease) === name) own = lease
        if (!lease || !own || lease === own) return lease
        const version = JSON.stringify(lease.metadata)
        if (version !== others.version) others = { version, since: clock.now() }
        const isFree = holderOf(lease) === '' || clock.now() - others.since > durationMs
        // Of an older version it cannot be taken.
        return isFree ? withHolder(lease, name) : own
      })
    },
  },
]

/** Changes the lease in every answer that has one. */
const withLeases = (
  transport: Transport,
  change: (lease: JsonObject | undefined, req: KubeRequest) => JsonObject | undefined,
): Transport =>
  changed(transport, {
    request: async (req) => {
      const answer = await transport.request(req)
      if (resourceOf(req) !== 'leases') return answer
      const lease = change(answer.ok && isObject(answer.value) ? answer.value : undefined, req)
      return answer.ok ? ok(lease) : answer
    },
  })

const holderOf = (lease: JsonObject | undefined) =>
  isObject(lease?.spec) ? lease.spec.holderIdentity : undefined

const withHolder = (lease: JsonObject | undefined, holderIdentity: string): JsonObject => ({
  ...lease,
  spec: { ...(isObject(lease?.spec) ? lease.spec : {}), holderIdentity },
})
