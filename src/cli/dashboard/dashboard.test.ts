import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AdminKit } from '../../admin/testing/kit.ts'
import { err, ok } from '../../base/result.ts'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import type { Cluster } from '../io.ts'
import { Shop } from '../testing/shop.ts'
import type { Ran, RunOptions } from '../testing/terminal.ts'
import { isLoopback, urlOf } from './dashboard.ts'

const namespace = 'linkerd-failover'
const page = { gzipped: gzipSync('<p>the page</p>'), contentType: 'text/html', etag: '"1"' }

let shop: Shop
/** The real admin server of each Pod, by the name of the Pod. */
let operators: Map<string, AdminKit>
let ports: Map<string, number>
/** All connections to Pods so far. */
let forwarded: Socket[]
let running: Running[]

beforeEach(async () => {
  shop = await Shop.open()
  operators = new Map()
  ports = new Map()
  forwarded = []
  running = []
})
afterEach(async () => {
  await Promise.all(running.map((one) => one.end()))
  await Promise.all([...operators.values()].map((kit) => kit.stop()))
  await shop.close()
})

interface PodOptions {
  readonly ready?: boolean
  readonly phase?: string
  readonly namespace?: string
  readonly container?: string
  readonly assets?: boolean
}

/** A Pod of the operator, with what it would answer. */
async function addPod(name: string, options: PodOptions = {}): Promise<void> {
  const { ready = true, phase = 'Running', container = namespace, assets = true } = options
  const kit = new AdminKit()
  const { port } = await kit.start({ instance: name, ...(assets ? { assets: new Map([['/', page]]) } : {}) })
  operators.set(name, kit)
  ports.set(name, port)
  shop.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: options.namespace ?? namespace,
      name,
      labels: { 'linkerd.io/extension': 'failover' },
    },
    spec: { containers: [{ name: container, ports: [{ name: 'admin-http', containerPort: 8081 }] }] },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  })
}

/** Stands for API server and kubelet: each Pod's port is one on this machine. */
const forward: Cluster['forward'] = async ({ pod, port }) => {
  const local = ports.get(pod)
  if (local === undefined) return err({ kind: 'notFound', message: `pods "${pod}" not found` })
  expect(port).toBe(8081)
  const socket = connect(local, '127.0.0.1')
  await once(socket, 'connect')
  forwarded.push(socket)
  return ok(socket)
}

interface Running {
  readonly url: string
  /** Everything said on standard error so far. */
  readonly said: () => string
  end(): Promise<Ran>
}

/** Starts the command; resolves when it has printed its URL. */
async function start(line = 'dashboard --show url --port 0', options: RunOptions = {}): Promise<Running> {
  const interruption = new AbortController()
  let said = ''
  const printed = Promise.withResolvers<string>()
  const ended = shop.run(line, {
    forward,
    signal: interruption.signal,
    onOutput: (text) => printed.resolve(text.trim()),
    onError: (text) => {
      said += text
    },
    ...options,
  })
  const early = ended.then(({ stderr }) => Promise.reject(new Error(`it has ended: ${stderr}`)))
  early.catch(() => {})
  const url = await Promise.race([printed.promise, early])
  const one: Running = {
    url,
    said: () => said,
    end: () => {
      interruption.abort()
      return ended
    },
  }
  running.push(one)
  return one
}

const instanceAt = async (url: string): Promise<unknown> => {
  const answer = await fetch(`${url}/api/v1/status`)
  return Object(await answer.json()).instance
}

describe('the dashboard on this machine', () => {
  test('is what the operator serves, until Ctrl-C', async () => {
    await addPod('operator-1')
    const { url, end } = await start()
    expect(url).toMatch(/^http:\/\/localhost:\d+$/)
    expect(await (await fetch(url)).text()).toBe('<p>the page</p>')
    expect(await instanceAt(url)).toBe('operator-1')
    const { exitCode, stdout, stderr } = await end()
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${url}\n` })
    expect(stderr).toBe(
      'showing the dashboard of linkerd-failover/operator-1 at this address until you press Ctrl-C:\n',
    )
    await expect(fetch(url)).rejects.toThrow()
  })

  test('hands a live stream on as it comes, and lets go of it when the reader does', async () => {
    await addPod('operator-1')
    const { url } = await start()
    const reader = new AbortController()
    const answer = await fetch(`${url}/api/v1/stream`, { signal: reader.signal })
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    const first = await answer.body?.getReader().read()
    expect(new TextDecoder().decode(first?.value)).toContain('event: status')
    expect(forwarded.at(-1)?.destroyed).toBe(false)
    reader.abort()
    await expect.poll(() => forwarded.every(({ destroyed }) => destroyed)).toBe(true)
  })

  test('with --verbose tells of each connection to the Pod', async () => {
    await addPod('operator-1')
    const { said } = await start('dashboard --show url --port 0 --verbose')
    expect(said()).toMatch(/^port 8081 of linkerd-failover\/operator-1 ok \d+ ms$/m)
  })

  test('ends at Ctrl-C although pages are open', async () => {
    await addPod('operator-1')
    const { url, end } = await start()
    const answer = await fetch(`${url}/api/v1/stream`)
    expect((await end()).exitCode).toBe(0)
    await expect(answer.text()).rejects.toThrow()
  })
})

describe('the browser', () => {
  test('is opened at its address', async () => {
    await addPod('operator-1')
    const opened: string[] = []
    const openBrowser = async (url: string) => ok(void opened.push(url))
    const { url } = await start('dashboard --port 0', { openBrowser })
    expect(opened).toEqual([url])
  })

  test("that cannot be opened is the user's to open", async () => {
    await addPod('operator-1')
    const openBrowser = async () => err('spawn xdg-open ENOENT')
    const { url, end } = await start('dashboard --port 0', { openBrowser })
    expect((await fetch(url)).status).toBe(200)
    expect((await end()).stderr).toContain(
      `could not open a browser: spawn xdg-open ENOENT; open ${url} yourself\n`,
    )
  })
})

describe('the Pod that is shown', () => {
  test('is the one that holds the Lease, whoever is ready', async () => {
    await addPod('operator-1')
    await addPod('operator-2', { ready: false })
    shop.lead(new Date(), 'operator-2_x7')
    expect(await instanceAt((await start()).url)).toBe('operator-2')
  })

  test('is one that is ready where nobody is elected', async () => {
    await addPod('operator-1', { ready: false })
    await addPod('operator-2')
    expect(await instanceAt((await start()).url)).toBe('operator-2')
  })

  test('is one that is not ready where no other is: then it is needed most', async () => {
    await addPod('operator-1', { ready: false })
    expect(await instanceAt((await start()).url)).toBe('operator-1')
  })

  test('is one that is ready where the Lease may not be read, and this is said', async () => {
    await addPod('operator-1', { ready: false })
    await addPod('operator-2')
    const { url, said } = await start('dashboard --show url --port 0', {
      wrap: (transport) => ({
        ...transport,
        request: async (req) =>
          req.path.includes('/leases/')
            ? err({ kind: 'forbidden', message: 'leases are forbidden' })
            : transport.request(req),
      }),
    })
    expect(await instanceAt(url)).toBe('operator-2')
    expect(said()).toContain('cannot find out which Pod is the leader: leases are forbidden\n')
  })

  test('is not that of a hook, or one that has ended', async () => {
    await addPod('a-hook', { container: 'namespace-metadata' })
    await addPod('b-ended', { phase: 'Failed' })
    await addPod('operator-1')
    expect(await instanceAt((await start()).url)).toBe('operator-1')
  })

  test('is looked for in one namespace, where it is named', async () => {
    await addPod('operator-1')
    await addPod('operator-2', { namespace: 'elsewhere' })
    expect(await instanceAt((await start('dashboard --show url --port 0 -n elsewhere')).url)).toBe(
      'operator-2',
    )
  })
})

test('who leads is looked at every five seconds, no more often', async () => {
  await addPod('operator-1')
  const clock = createManualClock()
  let looks = 0
  await start(undefined, {
    clock,
    wrap: (transport) => ({
      ...transport,
      request: (req) => {
        if (req.path.includes('/leases/')) looks += 1
        return transport.request(req)
      },
    }),
  })
  for (const expected of [1, 2, 3]) {
    await expect.poll(() => looks).toBe(expected)
    await expect.poll(() => clock.pending).toBe(1)
    await clock.advance(4_999)
    expect(looks).toBe(expected)
    await clock.advance(1)
  }
})

describe('when another Pod leads', () => {
  test('pages are cut off from the old one, and see the new one', async () => {
    await addPod('operator-1')
    await addPod('operator-2')
    shop.lead(new Date(), 'operator-1_x7')
    const clock = createManualClock()
    const { url, said } = await start(undefined, { clock })
    const answer = await fetch(`${url}/api/v1/stream`)
    shop.lead(new Date(), 'operator-2_y8')
    await clock.advance(5_000)
    await expect(answer.text()).rejects.toThrow()
    expect(await instanceAt(url)).toBe('operator-2')
    expect(said()).toContain('the leader changed: now showing the dashboard of linkerd-failover/operator-2\n')
  })

  test('since the old one is gone, the next request finds it', async () => {
    await addPod('operator-1')
    const clock = createManualClock()
    const { url, said } = await start(undefined, { clock })
    await addPod('operator-2')
    ports.delete('operator-1')
    shop.sandbox.store.delete('pods', namespace, 'operator-1')
    expect(await instanceAt(url)).toBe('operator-2')
    await clock.advance(5_000)
    await expect
      .poll(said)
      .toContain('the leader changed: now showing the dashboard of linkerd-failover/operator-2\n')
  })

  test('and none is there, pages are told so, and the command goes on', async () => {
    await addPod('operator-1')
    const clock = createManualClock()
    const { url, said } = await start(undefined, { clock })
    ports.delete('operator-1')
    shop.sandbox.store.delete('pods', namespace, 'operator-1')
    const answer = await fetch(url)
    expect({ status: answer.status, text: await answer.text() }).toEqual({
      status: 502,
      text: 'the Pod linkerd-failover/operator-1 no longer exists; try again in a moment, when another Pod has replaced it\n',
    })
    await clock.advance(5_000)
    await expect.poll(said).toContain('no Pod in any namespace has the label')
    await addPod('operator-2')
    expect(await instanceAt(url)).toBe('operator-2')
  })
})

describe('what cannot be shown', () => {
  const refusal = async (line = 'dashboard --show url --port 0', options: RunOptions = {}) => {
    const { exitCode, stdout, stderr } = await shop.run(line, { forward, ...options })
    expect(stdout).toBe('')
    return `${exitCode} ${stderr}`
  }

  test('no operator', async () => {
    expect(await refusal()).toBe(
      '1 linkerd-failover: no Pod in any namespace has the label linkerd.io/extension=failover of the operator; install it with linkerd-failover install | kubectl apply -f -, or choose its namespace with --namespace\n',
    )
  })

  test('several of them', async () => {
    await addPod('operator-1')
    await addPod('operator-2', { namespace: 'elsewhere' })
    expect(await refusal()).toBe(
      '1 linkerd-failover: the operator is installed in several namespaces: elsewhere, linkerd-failover; keep one of them, or choose one with --namespace\n',
    )
  })

  test('one that does not run', async () => {
    await addPod('operator-1', { phase: 'Pending' })
    expect(await refusal()).toBe(
      '1 linkerd-failover: no Pod of the operator is running in namespace linkerd-failover; see kubectl -n linkerd-failover get pods -l linkerd.io/extension=failover\n',
    )
  })

  test('one without a page, such as the original', async () => {
    await addPod('operator-1', { assets: false })
    expect(await refusal()).toBe(
      '1 linkerd-failover: the operator in linkerd-failover/operator-1 has no dashboard: it answered with status 404; upgrade the operator to a version with a dashboard\n',
    )
  })

  test('one that does not answer', async () => {
    await addPod('operator-1')
    const silent = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    ports.set('operator-1', typeof address === 'object' && address ? address.port : 0)
    expect(await refusal()).toMatch(
      /^69 linkerd-failover: linkerd-failover\/operator-1: the operator did not answer: .*; see kubectl -n linkerd-failover logs operator-1\n$/,
    )
    silent.close()
  })

  test.each([
    [
      'for ten seconds',
      /^69 .*operator-1: the operator did not answer: no data received for 10 s; see kubectl/,
    ],
    ['until Ctrl-C', /^130 $/],
  ])('one that says nothing %s', async (until, told) => {
    await addPod('operator-1')
    const asked = Promise.withResolvers<Socket>()
    const silent = createServer((socket) => socket.once('data', () => asked.resolve(socket)))
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const address = silent.address()
    ports.set('operator-1', typeof address === 'object' && address ? address.port : 0)
    const clock = createManualClock()
    const interruption = new AbortController()
    const refused = refusal(undefined, { clock, signal: interruption.signal })
    const socket = await asked.promise
    const closed = once(socket, 'close')
    if (until === 'until Ctrl-C') interruption.abort()
    else await clock.advance(10_000)
    expect(await refused).toMatch(told)
    await closed
    silent.close()
  })

  test('without the right to forward ports', async () => {
    await addPod('operator-1')
    const message = 'GET …/pods/operator-1/portforward: answered 403'
    expect(await refusal(undefined, { forward: async () => err({ kind: 'forbidden', message }) })).toBe(
      `69 linkerd-failover: you may not forward a port to Pods in namespace linkerd-failover: ${message}; ask for the permission to get and create pods/portforward in that namespace\n`,
    )
  })

  test('where the port is taken', async () => {
    await addPod('operator-1')
    const { port } = new URL((await start()).url)
    expect(await refusal(`dashboard --show url --port ${port}`)).toBe(
      `64 linkerd-failover: port ${port} of localhost is in use, perhaps by a dashboard in another terminal; end the program that uses it\n`,
    )
  })

  test('at an address that this machine does not have', async () => {
    await addPod('operator-1')
    expect(await refusal('dashboard --show url --port 0 --address 192.0.2.1')).toMatch(
      /^64 linkerd-failover: listen EADDRNOTAVAIL.*; give another address\n$/,
    )
  })

  test.each(['65536', '-1', 'http', ''])('at the port %j', async (port) => {
    const { exitCode, stderr } = await shop.run(['dashboard', '--port', port])
    expect(exitCode).toBe(64)
    expect(stderr).toContain('It is not a port; write a number from 0 to 65535')
  })
})

test.each([
  ['localhost', 'http://localhost:50750', true],
  ['127.0.0.1', 'http://127.0.0.1:50750', true],
  ['127.8.9.10', 'http://127.8.9.10:50750', true],
  ['::1', 'http://[::1]:50750', true],
  ['0.0.0.0', 'http://localhost:50750', false],
  ['::', 'http://localhost:50750', false],
  ['192.0.2.1', 'http://192.0.2.1:50750', false],
  ['2001:db8::1', 'http://[2001:db8::1]:50750', false],
  ['127.example.com', 'http://127.example.com:50750', false],
])('%s is found at %s; only this machine reaches it: %s', (address, url, loopback) => {
  expect({ url: urlOf(address, 50_750), loopback: isLoopback(address) }).toEqual({ url, loopback })
})
