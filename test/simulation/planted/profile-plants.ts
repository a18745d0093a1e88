import { ok } from '../../../src/base/result.ts'
import type { KubeRequest, Transport } from '../../../src/kube/http/transport.ts'
import { resourceOf } from '../network/sent.ts'
import type { Planted } from './planted.ts'
import { changed, stepsOf, withEvents } from './tools.ts'

const isProfileWrite = (req: KubeRequest) => req.method !== 'GET' && resourceOf(req) === 'serviceprofiles'

/** Changes, or swallows, what is written to ServiceProfiles. */
const withWrites = (transport: Transport, change: (req: KubeRequest) => KubeRequest | undefined): Transport =>
  changed(transport, {
    request: async (req) => {
      const sent = isProfileWrite(req) ? change(req) : req
      return sent ? transport.request(sent) : ok({})
    },
  })

/** Bugs about the ServiceProfiles that the operator writes. */
export const profilePlants: readonly Planted[] = [
  {
    name: 'ServiceProfiles written, and never compared again',
    breaks: ['not settled'],
    within: 10,
    copies: true,
    plant: (transport) =>
      withEvents(transport, ['serviceprofiles'], (event) => (event.type === 'MODIFIED' ? undefined : event)),
  },
  {
    name: 'answers for ServiceProfiles that were not written',
    breaks: ['not settled'],
    within: 5,
    copies: true,
    plant: (transport) => withWrites(transport, () => undefined),
  },
  {
    name: 'more of a ServiceProfile written than weights',
    breaks: ['foreign write'],
    within: 10,
    copies: true,
    plant: (transport) =>
      withWrites(transport, (req) =>
        req.method === 'PATCH'
          ? {
              ...req,
              body: [...stepsOf(req), { op: 'add', path: '/spec/opaquePorts', value: ['80'] }],
            }
          : req,
      ),
  },
]
