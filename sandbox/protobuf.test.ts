import { expect, it, test } from 'vitest'
import { objectFromProtobuf } from './protobuf.ts'

const field = (number: number, ...parts: (string | Buffer)[]) => {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)))
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes])
}
const number = (field: number, value: number) => Buffer.from([field << 3, value])
const envelope = (apiVersion: string, kind: string, object: Buffer) =>
  Buffer.concat([Buffer.from('k8s\0'), field(1, field(1, apiVersion), field(2, kind)), field(2, object)])

it('reads names, maps, lists, numbers and ports by name', () => {
  const labels = [field(11, field(1, 'a'), field(2, 'b')), field(11, field(1, 'c'), field(2, 'd'))]
  const metadata = field(1, field(1, 'web'), field(2, ''), field(8), ...labels)
  const port = (target: Buffer) => field(1, field(1, ''), number(3, 80), field(4, target), number(5, 0))
  const spec = field(
    2,
    port(Buffer.concat([number(1, 0), number(2, 90)])),
    port(Buffer.concat([number(1, 1), field(3, 'http')])),
  )
  expect(objectFromProtobuf(envelope('v1', 'Service', Buffer.concat([metadata, spec])))).toEqual({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', labels: { a: 'b', c: 'd' } },
    spec: {
      ports: [
        { port: 80, targetPort: 90 },
        { port: 80, targetPort: 'http' },
      ],
    },
  })
})

it('keeps a zero that is meant', () => {
  const object = field(2, number(1, 0), number(5, 0))
  expect(objectFromProtobuf(envelope('apps/v1', 'Deployment', object))?.spec).toEqual({ replicas: 0 })
})

test.each([
  ['a kind that it does not know', envelope('batch/v1', 'Job', Buffer.alloc(0))],
  ['JSON', Buffer.from('{"kind":"Service"}')],
  ['nothing', Buffer.alloc(0)],
])('does not read %s', (_, bytes) => expect(objectFromProtobuf(bytes)).toBeUndefined())
