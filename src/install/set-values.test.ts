import { describe, expect, it } from 'vitest'
import { parseSet } from './set-values.ts'

const typed = (text: string, onto = {}) => parseSet(text, true, onto)

describe('--set', () => {
  it.each([
    ['replicas=2', { replicas: 2 }],
    ['a=-1,b=0,c=007', { a: -1, b: 0, c: '007' }],
    ['a=true,b=false,c=null,d=True', { a: true, b: false, c: null, d: true }],
    ['a=1.5,b=1e3,c=99999999999999999999', { a: '1.5', b: '1e3', c: '99999999999999999999' }],
    ['image.tag=v1,image.name=x', { image: { tag: 'v1', name: 'x' } }],
    ['a=', { a: '' }],
    ['a=b=c', { a: 'b=c' }],
    ['a={x,y,1}', { a: ['x', 'y', 1] }],
    ['a={}', { a: [''] }],
    ['a=x{y,b=z}', { a: 'x{y', b: 'z}' }],
    ['a=x\\', { a: 'x' }],
    ['a={x\\,y,z}', { a: ['x,y', 'z'] }],
    ['imagePullSecrets[0].name=login', { imagePullSecrets: [{ name: 'login' }] }],
    ['a[1]=x', { a: [null, 'x'] }],
    ['a[0][1]=x', { a: [[null, 'x']] }],
    ['a[0].b=1,a[0].c=2', { a: [{ b: 1, c: 2 }] }],
    ['nodeSelector.kubernetes\\.io/os=linux', { nodeSelector: { 'kubernetes.io/os': 'linux' } }],
    ['selector=team in (a\\,b)', { selector: 'team in (a,b)' }],
    ['a=x\\\\y', { a: 'x\\y' }],
  ])('%s', (text, values) => {
    expect(typed(text)).toEqual({ ok: true, value: values })
  })

  it('lays each over the ones before', () => {
    expect(typed('a.b=3,c=4', { a: { b: 1, d: 2 } })).toEqual({
      ok: true,
      value: { a: { b: 3, d: 2 }, c: 4 },
    })
    expect(typed('a.b=3', { a: 'text' })).toEqual({ ok: true, value: { a: { b: 3 } } })
  })

  it.each(['replicas', 'a,b=1', '=1', 'a..b=1', 'a.=1', 'a[x]=1', 'a[0=1', 'a[99999999]=1', ''])(
    'refuses "%s", and says what it should be',
    (text) => {
      expect(typed(text)).toEqual({ ok: false, error: expect.stringContaining('is not KEY=VALUE') })
    },
  )
})

it.each(['a={x', 'a={x}y'])('refuses the list "%s", which has no end', (text) => {
  expect(typed(text)).toEqual({ ok: false, error: expect.stringContaining('without a closing') })
})

describe('--set-string', () => {
  it('leaves every word a text', () => {
    expect(parseSet('a=2,b=true,c={1,null}', false)).toEqual({
      ok: true,
      value: { a: '2', b: 'true', c: ['1', 'null'] },
    })
  })
})
