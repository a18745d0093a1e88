import { expect, it, test } from 'vitest'
import { authorityOf, readProfile } from './profile.ts'

const name = 'web.shop.svc.cluster.local'
const read = (spec?: object, metadata: object = {}) =>
  readProfile({ metadata: { namespace: 'shop', name, uid: 'u', ...metadata }, spec })
const entry = { authority: 'east.shop.svc.cluster.local', weight: '1' }

it('reads which Service a ServiceProfile is for, and whether it takes it over', () => {
  const profile = (spec: object, metadata = {}) => {
    const { service, takesOver } = read(spec, metadata)
    return [service, takesOver]
  }
  expect(profile({ routes: [{}] })).toEqual(['shop/web', true])
  expect(profile({ dstOverrides: [entry] })).toEqual(['shop/web', true])
  expect(profile({})).toEqual(['shop/web', false])
  expect(profile({ routes: [{}] }, { name: 'example.com' })).toEqual([undefined, true])
})

test.each([
  [undefined, 'no spec'],
  [{}, 'absent'],
  [{ routes: [{}] }, 'absent'],
  [{ dstOverrides: [] }, 'empty'],
  [{ dstOverrides: [entry] }, 'filled'],
])('of the spec %j the list of overrides is "%s"', (spec, list) => {
  expect(read(spec).list).toBe(list)
})

it('reads who wrote the overrides last, and who they are left to', () => {
  const managedFields = [
    { manager: 'smi-adaptor', fieldsV1: { 'f:spec': { 'f:dstOverrides': {} } } },
    { manager: 'kubectl', fieldsV1: { 'f:spec': { 'f:routes': {} } } },
  ]
  expect(read({}, { managedFields }).writers).toEqual(['smi-adaptor'])
  expect(read({}, { annotations: { 'smi.linkerd.io/skip': '' } }).skip).toBe('')
  expect(read({}, { annotations: { other: 'x' } })).toMatchObject({ skip: undefined, hasAnnotations: true })
})

it.each([[undefined], ['text'], [{ metadata: 1, spec: 2 }], [{ spec: { dstOverrides: [1, null] } }]])(
  'reads whatever there is: %j',
  (object) => {
    expect(() => readProfile(object)).not.toThrow()
  },
)

it('calls a Service as Linkerd does', () => {
  expect(authorityOf('shop/web', 'example.org')).toBe('web.shop.svc.example.org')
})
