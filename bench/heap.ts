import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod'
import { freePort } from '../test/control-plane/process.ts'

/** The flag of Node.js with which a program is started, and what then measures its heap. */
export interface HeapProbe {
  readonly flag: string
  /** What lives in the heap after a collection of garbage (bytes). */
  used(): Promise<number>
}

const targets = z.array(z.object({ webSocketDebuggerUrl: z.string() }))
const answer = z.object({ id: z.number(), result: z.object({ usedSize: z.number().optional() }) })

/** Asks the inspector of a process: its resident memory says too little about a few hundred bytes a route. */
export async function heapProbe(): Promise<HeapProbe> {
  const address = `127.0.0.1:${await freePort()}`
  return {
    flag: `--inspect=${address}`,
    used: async () => {
      const [target] = targets.parse(await (await fetch(`http://${address}/json`)).json())
      if (!target) throw new Error('the inspector has no target')
      const socket = new WebSocket(target.webSocketDebuggerUrl)
      await once(socket, 'open')
      try {
        // What finalizers and weak references hold is gone only after the next collection.
        for (const _ of [1, 2, 3]) {
          await ask(socket, 'HeapProfiler.collectGarbage')
          await pause(100)
        }
        return (await ask(socket, 'Runtime.getHeapUsage')).usedSize ?? Number.NaN
      } finally {
        socket.close()
      }
    },
  }
}

async function ask(socket: WebSocket, method: string) {
  socket.send(JSON.stringify({ id: 1, method }))
  const [message] = await once(socket, 'message')
  return answer.parse(JSON.parse(z.object({ data: z.string() }).parse(message).data)).result
}
