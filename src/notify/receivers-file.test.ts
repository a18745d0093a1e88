import { describe, expect, it, test } from 'vitest'
import { groupsOf } from './group.ts'
import { wants } from './receiver.ts'
import { type Files, readReceiversFile } from './receivers-file.ts'
import { transition } from './testing/builders.ts'

/** Files that a test holds; others are not there. */
function filesOf(content: Record<string, string>): Files {
  const read = (path: string) => {
    const text = content[path]
    if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`)
    return text
  }
  return { read, follow: (path) => async () => read(path).trim() }
}

const read = (yaml: string, files: Record<string, string> = {}) =>
  readReceiversFile('/n.yaml', filesOf({ '/n.yaml': yaml, ...files }))

/** What is wrong, without the beginning that all have in common. */
const problems = (yaml: string, files: Record<string, string> = {}) => {
  const result = read(yaml, files)
  return result.ok ? [] : result.error.map((problem) => problem.replace('--notifications /n.yaml: ', ''))
}

const one = (fields: string) => `receivers:\n  - name: on-call\n${fields.replace(/^/gm, '    ')}`

describe('a configuration', () => {
  it('needs a name and an URL for each receiver, and no more', async () => {
    const result = read(one('url: https://hooks.example/x'))
    const [receiver] = result.ok ? result.value : []
    expect(receiver).toMatchObject({ name: 'on-call', format: 'cloudevents', allowed: [], headers: {} })
    expect(receiver?.secret).toBeUndefined()
    expect(await receiver?.url()).toBe('https://hooks.example/x')
    expect(receiver && wants(receiver.filter, transition('web'))).toBe(true)
  })

  it('may say all of it', async () => {
    const result = read(
      one(`format: slack
urlFile: /secrets/url
secretFile: /secrets/key
bearerTokenFile: /secrets/token
headers: { x-team: platform }
template: "{{headline}} & co"
namespaces: [shop, pay]
kinds: [HTTPRoute]
transitions: [failover, failback]
allow: [http, private]`),
      { '/secrets/url': 'http://10.0.0.1/x\n', '/secrets/key': 'whsec_AAAA\n', '/secrets/token': 't\n' },
    )
    const [receiver] = result.ok ? result.value : []
    if (!receiver) throw new Error('it is not read')
    expect(await receiver.url()).toBe('http://10.0.0.1/x')
    expect(await receiver.secret?.()).toBe('whsec_AAAA')
    expect(await receiver.bearerToken?.()).toBe('t')
    const [group] = groupsOf([transition('<web>')])
    expect(group && receiver.template(group)).toBe('TrafficSplit shop/&lt;web&gt; failed over & co')
    expect(receiver.filter).toEqual({
      namespaces: ['shop', 'pay'],
      kinds: ['HTTPRoute'],
      transitions: ['failover', 'failback'],
    })
  })

  it('may be JSON', () =>
    expect(problems('{"receivers":[{"name":"a","url":"https://a.example"}]}')).toEqual([]))

  it('that is wrong in many ways says all of them', () => {
    const yaml = `receivers:
  - name: a
    url: http://a.example
    urlFile: /nowhere
    template: "{{color}}"
    headers: { Webhook-Id: "1", "bad name": "2" }
  - name: a
    secretFile: /empty`
    expect(problems(yaml, { '/empty': '\n' })).toEqual([
      'receivers[0].url: set either url or urlFile',
      'receivers[0].url: it is not https; to allow that, add "http" to "allow"',
      expect.stringContaining('receivers[0].template: {{color}} is not a known word'),
      'receivers[0].headers: Webhook-Id cannot be set here: the operator sets it',
      'receivers[0].headers: "bad name" is not a valid header name',
      expect.stringContaining('receivers[0].urlFile: ENOENT'),
      'receivers[1].url: set either url or urlFile',
      'receivers[1].secretFile: /empty is empty',
      'two receivers have the name a',
    ])
  })

  test.each([
    ['receivers: []', 'receivers'],
    ['', ''],
    ['receivers: [', ''],
    [one('url: https://a.example\nsecret: abc'), 'receivers[0]'],
    [one('url: https://a.example\nformat: email'), 'receivers[0].format'],
    [one('url: https://a.example\ntransitions: [hold]'), 'receivers[0].transitions[0]'],
    [one('url: https://a.example').replace('on-call', 'On Call'), 'receivers[0].name'],
  ])('%j is refused, and the place is named', (yaml, place) => {
    const found = problems(yaml)
    expect(found.length).toBeGreaterThan(0)
    expect(found[0]?.startsWith(place)).toBe(true)
  })

  test.each([
    ['ftp://a.example', 'not an http or https URL'],
    ['hooks.example', 'not an http or https URL'],
    ['https://user:pass@a.example', 'bearerTokenFile'],
    ['https://user@a.example', 'bearerTokenFile'],
    ['https://:pass@a.example', 'bearerTokenFile'],
    ['https://169.254.169.254/latest', 'an address to which nothing is ever sent'],
    ['https://[::1]/x', '"loopback"'],
    ['https://10.0.0.1/x', '"private"'],
    ['https://0x7f.1/', '"loopback"'],
  ])('a receiver at %s is refused', (url, why) =>
    expect(problems(one(`url: "${url}"`))).toEqual([expect.stringContaining(why)]),
  )

  test.each(['a\\nb', 'a\\rb', 'a\\u0000b', '\\u20ac'])('a header with the value "%s" is refused', (value) =>
    expect(problems(one(`url: https://a.example\nheaders: { x-team: "${value}" }`))).toEqual([
      'receivers[0].headers: the value of x-team contains a character that is not allowed in a header',
    ]),
  )

  it('does not repeat an URL that is a secret', () => {
    const found = problems(one('urlFile: /url'), { '/url': 'http://hooks.example/T00/SECRET' })
    expect(found).toHaveLength(1)
    expect(found.join()).not.toContain('SECRET')
  })

  test.each(['whsec_', 'whsec_AAA', 'whsec_AA-_', 'whsec_AAAA AAAA', 'whsec_SECRET='])(
    'a key that libraries read differently, such as %j, is refused, and not repeated',
    (key) => {
      const found = problems(one('url: https://a.example\nsecretFile: /key'), { '/key': `${key}\n` })
      expect(found).toEqual([
        'receivers[0].secretFile: /key: what is after whsec_ is not base64 with its padding, such as openssl rand -base64 32 prints',
      ])
    },
  )

  test.each(['whsec_AA==', 'whsec_AAA=', 'whsec_+/+/', 'any text', 'AA-_'])('a key may be %j', (key) =>
    expect(problems(one('url: https://a.example\nsecretFile: /key'), { '/key': key })).toEqual([]),
  )

  it('that is not there is a problem, not an exception', () =>
    expect(readReceiversFile('/other', filesOf({}))).toMatchObject({
      ok: false,
      error: [expect.any(String)],
    }))
})

test('an URL in a file is judged anew each time', async () => {
  const content = { '/n.yaml': one('urlFile: /url'), '/url': 'https://hooks.example/a' }
  const result = readReceiversFile('/n.yaml', filesOf(content))
  const [receiver] = result.ok ? result.value : []
  content['/url'] = 'https://hooks.example/b'
  expect(await receiver?.url()).toBe('https://hooks.example/b')
  content['/url'] = 'https://169.254.169.254/'
  await expect(receiver?.url()).rejects.toThrow('an address to which nothing is ever sent')
})

it('checks a key again when its file has changed', async () => {
  const content: Record<string, string> = { '/n.yaml': one('url: https://a.example\nsecretFile: /key') }
  content['/key'] = 'whsec_AAAA'
  const result = readReceiversFile('/n.yaml', filesOf(content))
  const [receiver] = result.ok ? result.value : []
  content['/key'] = 'whsec_BBBB'
  expect(await receiver?.secret?.()).toBe('whsec_BBBB')
  content['/key'] = 'whsec_B-B_'
  await expect(receiver?.secret?.()).rejects.toThrow('is not base64 with its padding')
})
