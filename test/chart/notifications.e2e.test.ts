import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { startContainer } from '../container/container.ts'
import { makeImage } from '../container/image.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { operatorToken, writeServiceAccount } from '../control-plane/operator-access.ts'
import { type Cluster, openCluster } from '../e2e/cluster.ts'
import { eventually } from '../e2e/eventually.ts'
import { at } from '../e2e/objects.ts'
import { follow, json, type Operator } from '../e2e/operator.ts'
import { openHelm } from './helm.ts'
import { layOutPod, type Pod } from './pod.ts'
import { type Received, type Receiver, startReceiver } from './receiver.ts'
import { helmInstall, namespace } from './release.ts'

/**
 * Notifications as people set them up: values and a Secret, nothing else. What helm has installed is laid out as a
 * kubelet would, and the image runs with the flags of its Deployment.
 */
const mounted = '/etc/linkerd-failover/notifications'
const secretName = 'failover-notifications'
const key = Buffer.from('a key of 24 random bytes')

const notifications = () => ({
  receivers: [
    {
      name: 'on-call',
      url: `${onCall.url}/failover`,
      secretFile: `${mounted}/on-call-key`,
      bearerTokenFile: `${mounted}/on-call-token`,
      allow: ['http', 'loopback'],
    },
    {
      name: 'chat',
      format: 'slack',
      urlFile: `${mounted}/chat-url`,
      transitions: ['failover'],
      allow: ['http', 'loopback'],
    },
    { name: 'mute', url: mute.url, allow: ['http', 'loopback'] },
  ],
  secretName,
})

let folder: string
let controlPlane: ControlPlane
let cluster: Cluster
let pod: Pod
let operator: Operator
let onCall: Receiver
let chat: Receiver
let mute: Receiver

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'notifications-'))
  const image = await makeImage(join(folder, 'image'))
  ;[onCall, chat, mute] = [await startReceiver(), await startReceiver(), await startReceiver('mute')]
  controlPlane = await startControlPlane()
  const { api, kubeconfigPath, url: server, ca } = controlPlane
  await controlPlane.installCrd()
  cluster = openCluster(api)
  await cluster.addService('web', 1)
  await cluster.addService('web-b', 1)
  await cluster.addSplit('web', { web: 1, 'web-b': 0 })

  const helm = openHelm(kubeconfigPath)
  await helmInstall(helm, api, [
    '--values',
    helm.valuesFile({ logFormat: 'json', notifications: notifications() }),
  ])
  helm.close()
  await api.create(`/api/v1/namespaces/${namespace}/secrets`, {
    metadata: { name: secretName },
    stringData: {
      'on-call-key': `whsec_${key.toString('base64')}`,
      'on-call-token': 'let-me-in\n',
      'chat-url': `${chat.url}/services/T0/B0/secret`,
    },
  })
  pod = await layOutPod(api, namespace, folder)
  const serviceAccount = writeServiceAccount(join(folder, 'account'), await operatorToken(api), ca)
  // The one thing that is not as in the Deployment: it would listen on every address of this machine.
  const args = [...pod.args, '--admin-addr=127.0.0.1:0']
  operator = follow(startContainer(image, { serviceAccount, server, args, volumes: pod.volumes }))
  await operator.ready()
})

afterAll(async () => {
  await operator?.kill()
  onCall?.close()
  chat?.close()
  mute?.close()
  await controlPlane?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The message that came last, once there are so many. */
async function arrival(receiver: Receiver, count: number): Promise<Received> {
  await eventually(async () => expect(receiver.received, operator.output()).toHaveLength(count))
  const last = receiver.received.at(-1)
  if (!last) throw new Error('nothing came')
  return last
}

/** The content of a message, after the check of its signature that the Standard Webhooks specification asks for. */
function verified({ headers, body }: Received, secret: Buffer): unknown {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers
  const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')
  expect(signature).toBe(`v1,${expected}`)
  expect(Math.abs(Date.now() / 1000 - Number(timestamp)), 'old messages are no good').toBeLessThan(300)
  return JSON.parse(body)
}

const cloudEvent = z.strictObject({
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string().startsWith('/linkerd-failover/'),
  type: z.literal('io.linkerd.failover.transition'),
  subject: z.string(),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  data: z.object({ what: z.string(), count: z.number(), missed: z.number(), text: z.string() }),
})

const events = z.object({
  items: z.array(
    z.object({ metadata: z.object({ annotations: z.record(z.string(), z.string()).optional() }) }),
  ),
})

it('each receiver is told of a failover in its own form, by the id that log and Event have', async () => {
  await cluster.setReady('web', 0)
  await cluster.weightsBecome('web', { web: 0, 'web-b': 1 })
  const message = await arrival(onCall, 1)
  expect(message).toMatchObject({
    path: '/failover',
    headers: { 'content-type': 'application/cloudevents+json', authorization: 'Bearer let-me-in' },
  })
  const event = cloudEvent.parse(verified(message, key))
  expect(event).toMatchObject({
    id: message.headers['webhook-id'],
    subject: 'TrafficSplit/default/web',
    data: { what: 'failover', count: 1, missed: 0 },
  })
  expect(event.data.text).toContain('TrafficSplit default/web failed over')

  const { path, body } = await arrival(chat, 1)
  expect(path).toBe('/services/T0/B0/secret')
  const { text } = z.strictObject({ text: z.string() }).parse(JSON.parse(body))
  expect(text).toMatch(/^\*TrafficSplit default\/web failed over\*\n.+\nTrafficSplit default\/web$/)

  const logged = operator.output().split('\n').map(json)
  expect(logged).toContainEqual(expect.objectContaining({ id: event.id, what: 'failover' }))
  await eventually(async () => {
    const { items } = await controlPlane.api.get(at('events.k8s.io/v1', 'events'), events)
    expect(items.map(({ metadata }) => metadata.annotations)).toContainEqual({
      'failover.linkerd.io/transition-id': event.id,
      'failover.linkerd.io/weights': expect.stringMatching(/^\[\{"backends":\[\["default\//),
    })
  })
})

it('a key that is replaced in the Secret signs the next message, without a restart', async () => {
  const next = Buffer.from('another key of 32 random bytes..')
  await controlPlane.api.patch(`/api/v1/namespaces/${namespace}/secrets/${secretName}`, {
    stringData: { 'on-call-key': `whsec_${next.toString('base64')}` },
  })
  await pod.sync()
  await cluster.setReady('web', 1)
  await cluster.weightsBecome('web', { web: 1, 'web-b': 0 })
  const event = cloudEvent.parse(verified(await arrival(onCall, 2), next))
  expect(event.data).toMatchObject({ what: 'failback', count: 1 })
  expect(chat.received, 'chat wants failovers alone').toHaveLength(1)
})

it('one that never answers has held up nobody, nor the end, which says what it was not told', async () => {
  await arrival(mute, 1)
  await operator.stop()
  expect(operator.output()).toContain('receiver mute was notified of everything')
})
