import type { KubeRequest, Transport } from '../../../src/kube/http/transport.ts'
import type { Process } from '../engine/process.ts'
import { ask } from './ask.ts'
import { open } from './open.ts'
import type { Wire } from './wire.ts'

/** A process's way to the server: the transport's promises, kept by a network that can fail in every way. */
export function connect(process: Process, wire: Wire): Transport {
  const alive = <T>(work: () => Promise<T>): Promise<T> =>
    process.state === 'dead' ? new Promise(() => {}) : work()
  return {
    request: (req: KubeRequest) => alive(() => ask(process, req, wire)),
    stream: (req) => alive(() => open(process, req, wire)),
    close: async () => {},
  }
}
