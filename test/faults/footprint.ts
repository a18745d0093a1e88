import { readdirSync, readlinkSync } from 'node:fs'
import { WebSocket } from 'undici'
import { expect } from 'vitest'
import { z } from 'zod'
import { eventually } from '../e2e/eventually.ts'
import { type Operator, startOperator } from '../e2e/operator.ts'

/** What a process holds of the machine. */
export interface Footprint {
  readonly sockets: number
  /** Of objects and buffers that are in use: what a full garbage collection has left. */
  readonly heapMiB: number
}

/** A storm may open more of the 32 connections for requests than the one before, and they stay open for 30 s. */
const moreSockets = 4
/** Code that only a fault runs is compiled, and the timeline has some hundred lines more. */
const moreHeapMiB = 2.5

/** An operator whose heap can be looked at: Node's inspector listens on a free port of the loopback. */
export const startWatched = (kubeconfig: string, flags: readonly string[]): Operator =>
  startOperator(kubeconfig, flags, ['--inspect=127.0.0.1:0'])

export async function footprintOf(operator: Operator): Promise<Footprint> {
  const sockets = socketsOf(operator.pid)
  return { sockets, heapMiB: await usedHeap(operator) }
}

/** Resolves when an operator that rests holds no more than it did when it rested before. */
export async function isBackTo(usual: Footprint, operator: Operator, what: string): Promise<void> {
  const now = await eventually(async () => {
    const now = await footprintOf(operator)
    expect(now.sockets, `open sockets, before: ${usual.sockets}`).toBeLessThanOrEqual(
      usual.sockets + moreSockets,
    )
    const before = usual.heapMiB
    expect(now.heapMiB, `used heap in MiB, before: ${before}`).toBeLessThanOrEqual(before + moreHeapMiB)
    return now
  }, 60_000)
  console.log(`faults: ${what}: before ${inWords(usual)}, after ${inWords(now)}`)
}

const inWords = ({ sockets, heapMiB }: Footprint) => `${sockets} sockets, ${heapMiB.toFixed(1)} MiB`

function socketsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => isSocket(`/proc/${pid}/fd/${fd}`)).length
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:')
  } catch {
    // It was closed meanwhile.
    return false
  }
}

const answer = z.object({ id: z.number(), result: z.looseObject({}) })
const heapUsage = z.object({ usedSize: z.number(), backingStorageSize: z.number().default(0) })

/** By the inspector's protocol: collects all garbage, then asks what is left. */
async function usedHeap({ stderr }: Operator): Promise<number> {
  const url = /Debugger listening on (ws:\S+)/.exec(stderr())?.[1]
  if (url === undefined) throw new Error(`no inspector listens; the operator wrote:\n${stderr()}`)
  const socket = new WebSocket(url)
  try {
    await once(socket, 'open')
    await ask(socket, 'HeapProfiler.collectGarbage')
    const { usedSize, backingStorageSize } = heapUsage.parse(await ask(socket, 'Runtime.getHeapUsage'))
    return (usedSize + backingStorageSize) / 2 ** 20
  } finally {
    socket.close()
  }
}

async function ask(socket: WebSocket, method: string): Promise<unknown> {
  const answered = once(socket, 'message')
  socket.send(JSON.stringify({ id: 1, method }))
  return answer.parse(JSON.parse(String(await answered))).result
}

function once(socket: WebSocket, type: 'open' | 'message'): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.addEventListener(type, (event) => resolve('data' in event ? event.data : undefined), {
      once: true,
    })
    socket.addEventListener('error', () => reject(new Error('the inspector does not answer')), { once: true })
  })
}
