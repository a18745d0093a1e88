import { describe, expect, it } from 'vitest'
import { policyPlot } from './policy-story.ts'
import { describeWeights, plainPlot, sameWeights } from './story.ts'
import { backends, declaredWeights, deployment, service, trafficSplit } from './world.ts'

describe.each([
  ['the story', plainPlot],
  ['the story of policies', policyPlot],
])('%s', (_, { story }) => {
  it('ends with the weights that were declared', () => {
    expect(story.at(-1)?.weights).toEqual(declaredWeights)
  })

  it('moves traffic in every step, so that no step can pass by standing still', () => {
    const all = [declaredWeights, ...story.map((step) => step.weights)]
    for (const [index, step] of story.entries())
      if (step.moves === undefined) expect(step.weights).not.toEqual(all[index])
      else expect(step.moves).toBeGreaterThan(0)
  })

  it('speaks of every backend, and scales only what exists', () => {
    for (const step of story) {
      expect(Object.keys(step.weights)).toEqual(backends)
      if ('deployment' in step.change) expect(backends).toContain(step.change.deployment)
    }
  })
})

describe('the world', () => {
  it('declares the primary alone, under the label and annotation of the operator', () => {
    const { metadata, spec } = trafficSplit()
    expect(metadata.labels).toHaveProperty(['failover.linkerd.io/controlled-by'])
    expect(metadata.annotations).toEqual({ 'failover.linkerd.io/primary-service': 'sample-svc' })
    expect(spec.backends.filter((backend) => backend.weight > 0)).toEqual([
      { service: 'sample-svc', weight: 1 },
    ])
  })

  it('has Services that select the Pods of their Deployments', () => {
    const selector = service('sample-svc').spec.selector
    expect(deployment('sample-svc', 2).spec.template.metadata.labels).toEqual(selector)
  })
})

describe('sameWeights', () => {
  it('wants the same backends with the same numbers', () => {
    expect(sameWeights({ a: 1, b: 0 }, new Map(Object.entries({ b: 0, a: 1 })))).toBe(true)
    expect(sameWeights({ a: 1, b: 0 }, new Map([['a', 1]]))).toBe(false)
    expect(sameWeights({ a: 1 }, new Map(Object.entries({ a: 1, b: 0 })))).toBe(false)
    expect(sameWeights({ a: 1 }, new Map([['a', 2]]))).toBe(false)
  })
})

it('describes weights in the order of the split', () => {
  expect(describeWeights(new Map(Object.entries({ b: 0, a: 1 })))).toBe('b=0 a=1')
  expect(describeWeights(new Map())).toBe('no weights')
})
