import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { policyPlot } from './policy-story.ts'
import { plainPlot } from './story.ts'
import { colours, invitation, milliseconds, noColours, plainStep, render, type View } from './view.ts'

const view: View = {
  route: 'HTTPRoute default/sample-svc',
  page: undefined,
  isPaused: false,
  backends: [
    { name: 'sample-svc', ready: 0, total: 0, weight: 0 },
    { name: 'sample-svc-east1', ready: 2, total: 2, weight: 1 },
    { name: 'sample-svc-central1', ready: 1, total: 2, weight: 1 },
  ],
  rates: { ok: 198, failed: 2, byBackend: new Map([['sample-svc-east1', 101]]) },
  totals: { ok: 1198, failed: 2 },
  steps: [
    { title: 'The primary goes down', outcome: 'the others share', state: 'done', reactionMs: 4.123 },
    { title: 'The primary is back', outcome: 'it serves alone', state: 'waiting' },
  ],
}

describe('render', () => {
  it('shows the route, readiness, weights, requests and steps', () => {
    const text = render(view, noColours)
    expect(text).toContain('  linkerd-failover demo   HTTPRoute default/sample-svc')
    expect(text).toContain(`  ○ sample-svc           down       weight 0   ${'·'.repeat(20)}`)
    expect(text).toContain(
      `  ● sample-svc-east1     2/2 ready  weight 1   ${'█'.repeat(10)}${'·'.repeat(10)} 101 req/s`,
    )
    expect(text).toContain('  client: 200 req/s, 99.0 % ok in the last second; 2 of 1200 failed')
    expect(text).toContain('  ✓ The primary goes down         4.1 ms  the others share')
    expect(text).toContain('    The primary is back')
  })

  it('says where the dashboard is, where there is one', () => {
    const page = 'http://127.0.0.1:8084'
    expect(render({ ...view, page }, noColours)).toContain(`  dashboard: ${page}`)
    expect(render(view, noColours).join()).not.toContain('dashboard')
  })

  it('says that the route is paused', () => {
    expect(render({ ...view, isPaused: true }, noColours)[1]).toMatch(/sample-svc {3}paused$/)
  })

  it('differs in colour only by escape codes', () => {
    const coloured = render(view, colours)
    expect(coloured.join('\n')).toContain('\x1b[32m')
    expect(coloured.map((line) => stripVTControlCharacters(line).trimEnd())).toEqual(render(view, noColours))
  })

  it('fits into 80 columns', () => {
    const steps = [...plainPlot.story, ...policyPlot.story].map((step) => ({
      ...step,
      state: 'done' as const,
      reactionMs: 9999,
    }))
    for (const line of render({ ...view, steps }, noColours)) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('has an empty bar for a split without weights, and needs no backend', () => {
    const dark = { ...view, backends: view.backends.map((backend) => ({ ...backend, weight: 0 })) }
    expect(render(dark, noColours).join('')).not.toContain('█')
    expect(render({ ...view, backends: [] }, noColours)).toContain('')
  })
})

describe('plain lines', () => {
  const step = { title: 'Lost', outcome: 'b serves' }
  it('say one step each', () => {
    const done = plainStep({ ...step, state: 'done', reactionMs: 5 }, 'a=0 b=1', 99.5)
    expect(done).toBe('ok   Lost: b serves after 5.0 ms (a=0 b=1; client 99.50 % ok)')
    expect(plainStep({ ...step, state: 'failed' }, 'a=1', 0)).toMatch(/^FAIL Lost/)
  })

  it('write times with the digits that matter', () => {
    expect([0, 4.25, 99.94, 100, 1234.4].map(milliseconds)).toEqual([
      '0.0 ms',
      '4.3 ms',
      '99.9 ms',
      '100 ms',
      '1,234 ms',
    ])
  })

  it('invite to the dashboard, and with the kubeconfig in use', () => {
    const places = invitation(
      {
        watch: 'ts web',
        reference: 'trafficsplit/web',
        page: 'http://page',
        kubeconfigFile: '/k',
        admin: 'http://h:1',
      },
      noColours,
    )
    expect(places).toEqual(expect.arrayContaining(['    http://page', '    export KUBECONFIG=/k']))
    const ours = places.flatMap((line) => /npm run -s cli -- (\S+)/.exec(line)?.[1] ?? [])
    expect(ours).toEqual(['status', 'explain', 'what-if', 'pause', 'resume'])
    const notes = places.flatMap((line) => /^ {4}(?:npm|kubectl|curl) .*? {2,}(.*)$/.exec(line)?.[1] ?? [])
    expect(notes.length).toBeGreaterThan(6)
    expect(notes.filter((note) => !note.startsWith('# '))).toEqual([])
  })
})
