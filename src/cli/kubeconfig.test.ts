import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { systemClock } from '../base/clock.ts'
import { ok } from '../base/result.ts'
import { connectTo } from './connect.ts'
import type { Io } from './io.ts'
import { run } from './testing/terminal.ts'

/** How many malformed files; `.ci/run` makes 10,000. */
const files = Number(process.env.KUBECONFIG_FILES ?? 500)

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubeconfig-fuzz-'))
})
afterAll(() => rm(dir, { recursive: true }))

/** Nothing answers there. */
const server = 'http://127.0.0.1:1'

/** A kubeconfig with each field that is read. */
const whole = {
  'current-context': 'x',
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
  clusters: [
    {
      name: 'c',
      cluster: {
        server,
        'certificate-authority-data': btoa('CA'),
        'certificate-authority': 'ca.pem',
        'insecure-skip-tls-verify': false,
        'tls-server-name': 'api.test',
        'proxy-url': '',
        extensions: [{ name: 'client.authentication.k8s.io/exec', extension: {} }],
      },
    },
  ],
  users: [
    {
      name: 'u',
      user: {
        'client-certificate-data': btoa('CERT'),
        'client-key-data': btoa('KEY'),
        token: 'a-token',
        tokenFile: '',
        username: '',
        password: '',
        as: 'jane',
        'as-groups': ['dev'],
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: 'no-such-plugin',
          args: ['a'],
          env: [{ name: 'A', value: 'b' }],
          interactiveMode: 'Never',
          provideClusterInfo: true,
        },
        'auth-provider': null,
      },
    },
  ],
}

/** What a field should not be; the texts are harmless as the name of a file, a host or a program. */
const odd = fc.oneof(
  fc.constantFrom('', ' ', '\0', 'a\nb', 'é😀', '../', '.', '%', '127.0.0.1:1', 'https://', 'http://['),
  fc.constantFrom(
    'http://127.0.0.1:1/x?y',
    'https://127.0.0.1:1',
    'socks5://127.0.0.1:1',
    '-----BEGIN',
    'x'.repeat(9_999),
  ),
  fc.constantFrom<unknown>(null, true, 0, -1, 1e300, [], [null], [[]], {}, { name: 'x' }, { '': null }, [
    {},
    'x',
  ]),
)

type Change = { readonly at: number; readonly to: unknown; readonly how: 'replace' | 'remove' | 'double' }

const changes = fc.array(
  fc.record({
    at: fc.nat(),
    to: odd,
    how: fc.constantFrom<Change['how']>('replace', 'replace', 'remove', 'double'),
  }),
  { minLength: 1, maxLength: 4 },
)

/** Each object and array inside a value with the name of each thing in it. */
function* places(value: unknown): Generator<[object, string]> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    yield [value, key]
    yield* places(inner)
  }
}

function changed(all: readonly Change[]): unknown {
  const config: unknown = structuredClone(whole)
  for (const { at, to, how } of all) {
    const known = [...places(config)]
    const [holder, key] = known[at % known.length] ?? [{}, '']
    if (how === 'remove') Reflect.deleteProperty(holder, key)
    else if (how === 'double' && Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]))
    // A copy: put in twice it would be inside itself.
    else Reflect.set(holder, key, structuredClone(to))
  }
  return config
}

/** YAML of which a piece is cut out, or replaced. */
const torn = fc
  .tuple(
    changes,
    fc.nat(),
    fc.nat(40),
    fc.constantFrom('', '\t', ':', '- ', '{', '"', '&a ', '*a', '!!x ', '\0', '\r', '---\n', '%'),
  )
  .map(([all, at, length, put]) => {
    const text = stringify(changed(all))
    const start = at % text.length
    return text.slice(0, start) + put + text.slice(start + length)
  })

const malformed = fc.oneof(
  changes.map((all) => stringify(changed(all))),
  torn,
  fc.string({ unit: 'binary' }),
)

/** No request of a test leaves this machine, whatever server the file names. */
const connect: Io['connect'] = async (options) => {
  const cluster = await connectTo(options, {}, systemClock)
  if (!cluster.ok || /^https?:\/\/127\.0\.0\.1:1(\/|$)/.test(cluster.value.server)) return cluster
  await cluster.value.transport.close()
  return ok({ ...cluster.value, transport: await nowhere() })
}

const nowhere = async () => {
  const { createTransport } = await import('../kube/http/transport.ts')
  return createTransport({ server, credentials: () => ({ headers: {} }), source: 'a test' }, systemClock)
}

test(`${files} malformed kubeconfigs end in a sentence, never in a stack trace`, {
  timeout: 600_000,
}, async () => {
  const file = join(dir, 'config')
  await fc.assert(
    fc.asyncProperty(malformed, async (text) => {
      await writeFile(file, text)
      const { exitCode, stdout, stderr } = await run(['version', '--kubeconfig', file], { connect })
      expect(stdout).toBe('')
      expect([64, 69]).toContain(exitCode)
      expect(stderr).toMatch(/^linkerd-failover: [^\n]+\n$/)
      expect(stderr).not.toMatch(/ {4}at |a bug|TypeError|undefined/)
    }),
    { numRuns: files },
  )
})
