import { describe, expect, it } from 'vitest'
import { listPages } from '../../../src/kube/watch/pages.ts'
import { View } from '../checker/view.ts'
import { Process } from '../engine/process.ts'
import { Random } from '../engine/random.ts'
import { Scheduler } from '../engine/scheduler.ts'
import { linkerdNamespace, secretName } from '../far/place.ts'
import { Conditions } from './conditions.ts'
import { resourceOf } from './sent.ts'
import { Server } from './server.ts'
import { connect } from './transport.ts'
import type { Wire } from './wire.ts'

const named = (name: string) => ({ fieldSelector: `metadata.name=${name}` })

/** Of which resources a process has a complete list after it has read this page by page. */
async function listedBy(path: string, query: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const scheduler = new Scheduler()
  const server = new Server(scheduler)
  const listed: string[] = []
  const wire: Wire = {
    scheduler,
    server,
    conditions: new Conditions(),
    witness: {
      sent: (process, request) => ({
        process,
        request,
        resource: resourceOf(request),
        at: scheduler.now,
        moment: server.moment,
        timeline: server.timeline,
        view: new View(),
        far: { knowledge: [], moment: 0, gateway: [] },
      }),
      answered: () => {},
      left: () => {},
      told: () => {},
      listed: (_, resource) => listed.push(resource),
    },
    trace: { add: () => {} },
    streams: new Set(),
    chance: (what) => new Random(what),
    kill: () => {},
  }
  const transport = connect(new Process('a', 1, 0, scheduler), wire)
  const answer = listPages(transport, path, query, new AbortController().signal, () => {})
  await scheduler.run(10_000, () => false)
  expect(await answer).toMatchObject({ ok: true })
  return listed
}

describe('what a list that is read page by page says', () => {
  it('is everything, of all namespaces', async () => {
    expect(await listedBy('/api/v1/services', {})).toEqual(['services'])
  })

  it('is nothing of all Services, if only some of a namespace are read', async () => {
    expect(await listedBy('/api/v1/namespaces/shop/services', named('web'))).toEqual([])
  })

  it('is nothing of all Services, if all of one namespace are read', async () => {
    expect(await listedBy('/api/v1/namespaces/shop/services', {})).toEqual([])
  })

  it('is everything of the one Secret that is watched', async () => {
    const path = `/api/v1/namespaces/${linkerdNamespace}/secrets`
    expect(await listedBy(path, named(secretName))).toEqual(['secrets'])
  })
})
