import { expect, it } from 'vitest'
import { readinessObjects } from '../readiness/sources.ts'
import { clusterRules } from './rules.ts'

it.each(readinessObjects())(
  'the operator may list and watch $name, which readiness is read from',
  (objects) => {
    const { group, plural } = objects.resource
    const verbs = clusterRules
      .filter(({ apiGroups, resources }) => apiGroups?.includes(group) && resources?.includes(plural))
      .flatMap((rule) => rule.verbs)
    expect(verbs).toEqual(expect.arrayContaining(['list', 'watch']))
  },
)
