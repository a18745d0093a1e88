import { describe, expect, it, test } from 'vitest'
import { groupsOf } from './group.ts'
import { defaultTemplates, escapes, type Format, messageOf } from './message.ts'
import { webhookHeaders } from './sign.ts'
import { parseTemplate } from './template.ts'
import { template, transition } from './testing/builders.ts'

const groupOf = (...transitions: ReturnType<typeof transition>[]) => {
  const [group] = groupsOf(transitions)
  if (!group) throw new Error('no group')
  return group
}

const bodyOf = (group: ReturnType<typeof groupOf>, format: Format, missed = 0) => {
  const text = template(defaultTemplates[format], format)
  const message = messageOf(group, { format, template: text, instance: 'pod-a', missed })
  return { ...message, body: JSON.parse(message.body) }
}

const mass = () =>
  groupOf(
    ...Array.from({ length: 412 }, (_, index) =>
      transition(`web-${index}`, Math.round((index * 1800) / 411), { cluster: 'east' }),
    ),
  )

describe('a CloudEvent', () => {
  it('of one transition says all of it', () => {
    const one = transition('web', 250)
    expect(bodyOf(groupOf(one), 'cloudevents')).toEqual({
      id: one.id,
      contentType: 'application/cloudevents+json',
      body: {
        specversion: '1.0',
        id: one.id,
        source: '/linkerd-failover/pod-a',
        type: 'io.linkerd.failover.transition',
        subject: 'TrafficSplit/shop/web',
        time: '2026-01-01T00:00:00.250Z',
        datacontenttype: 'application/json',
        data: {
          text: `TrafficSplit shop/web failed over: ${one.sentence}`,
          what: 'failover',
          cluster: null,
          count: 1,
          from: '2026-01-01T00:00:00.250Z',
          to: '2026-01-01T00:00:00.250Z',
          missed: 0,
          transitions: [
            expect.objectContaining({ id: one.id, rule: 'SecondariesReady', reactionMs: 5, cluster: null }),
          ],
        },
      },
    })
  })

  it('of a return that awaits approval has a type of its own', () => {
    const waiting = { ...transition('web', 0), what: 'awaiting-return', notice: 'awaiting-return' } as const
    const { body } = bodyOf(groupOf(waiting), 'cloudevents')
    expect(body).toMatchObject({
      type: 'io.linkerd.failover.awaiting-return',
      data: { what: 'awaiting-return', text: expect.stringContaining('awaits approval of a return: ') },
    })
  })

  it('of a mass event says how many, and spells out no more than a hundred', () => {
    const { body } = bodyOf(mass(), 'cloudevents', 7)
    expect(body).not.toHaveProperty('subject')
    expect(body.data).toMatchObject({ count: 412, cluster: 'east', missed: 7 })
    expect(body.data.transitions).toHaveLength(100)
    expect(body.data.text).toMatch(/^412 routes failed over from cluster east in 1.8 s: /)
  })
})

describe('a Slack message', () => {
  it('is a text', () => {
    const one = transition('web')
    expect(bodyOf(groupOf(one), 'slack')).toEqual({
      id: one.id,
      contentType: 'application/json',
      body: { text: `*TrafficSplit shop/web failed over*\n${one.sentence}\nTrafficSplit shop/web` },
    })
  })

  it('names ten routes of many, and what could not be told', () => {
    const { text } = bodyOf(mass(), 'slack', 3).body
    expect(text).toContain('TrafficSplit shop/web-9, and 402 more')
    expect(text).not.toContain('web-10')
    expect(text).toContain('(3 earlier transitions could not be sent)')
  })

  it('cannot be made to notify a whole channel by a name', () => {
    const { body } = bodyOf(groupOf(transition('web', 0, { sentence: '<!channel> & more' })), 'slack')
    expect(body.text).toContain('&lt;!channel&gt; &amp; more')
  })
})

describe('a template', () => {
  const rendered = (text: string, group = groupOf(transition('web'))) => template(text)(group)

  test.each([
    ['{{headline}}', 'TrafficSplit shop/web failed over'],
    ['{{ what }} of {{count}}', 'failover of 1'],
    ['{{cluster}} {{namespaces}}', 'this cluster shop'],
    ['{{at}}', '2026-01-01T00:00:00.000Z'],
    ['{{routes}}', 'TrafficSplit shop/web'],
    ['no words {at all}', 'no words {at all}'],
  ])('%s becomes %s', (text, expected) => expect(rendered(text)).toBe(expected))

  test.each([
    ['failback', 'failed back to the primary in cluster east'],
    ['redistribute', 'redistributed traffic among secondaries in cluster east'],
    ['failover', 'failed over from cluster east'],
  ] as const)('says of a %s that a route %s', (what, expected) => {
    const group = groupOf(transition('web', 0, { what, cluster: 'east' }))
    expect(rendered('{{headline}}', group)).toBe(`TrafficSplit shop/web ${expected}`)
  })

  it('with a word that stands for nothing is refused, and the words that there are are named', () => {
    const parsed = parseTemplate('{{headline}} {{color}}', (value) => value)
    expect(parsed).toMatchObject({ ok: false, error: expect.stringMatching(/\{\{color\}\}.*headline/) })
  })

  test.each(['constructor', 'toString', '__proto__'])(
    'with {{%s}} is refused: it is no word of ours',
    (word) => expect(parseTemplate(`{{${word}}}`, escapes.slack)).toMatchObject({ ok: false }),
  )

  it('does not take what a word stands for as a template', () => {
    const group = groupOf(transition('web', 0, { sentence: '{{id}} $1 $&' }))
    expect(rendered('{{sentence}}', group)).toBe('{{id}} $1 $&')
  })
})

describe('the signature', () => {
  const message = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    contentType: 'application/json',
    body: '{"test": 2432232314}',
  }
  const now = new Date(1_614_265_330_000)

  it('is that of the Standard Webhooks specification (its own example)', () => {
    expect(webhookHeaders(message, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', now)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })

  it('is another for another body, time, id or secret', () => {
    const sign = (change: Partial<typeof message>, secret = 'a', at = now) =>
      webhookHeaders({ ...message, ...change }, secret, at)['webhook-signature']
    const all = [sign({}), sign({ body: '{}' }), sign({ id: 'x' }), sign({}, 'b'), sign({}, 'a', new Date(0))]
    expect(new Set(all).size).toBe(5)
  })

  it('is left out where there is no secret', () =>
    expect(webhookHeaders(message, undefined, now)).not.toHaveProperty('webhook-signature'))
})
