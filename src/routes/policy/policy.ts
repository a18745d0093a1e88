import { createShare } from '../../base/share.ts'
import { mergeSections, type PolicySections } from '../../core/policy/sections.ts'
import { oneReady } from '../../core/policy/threshold.ts'
import { usualTiers } from '../../core/policy/tiers.ts'
import type { Policy, Tier } from '../../core/policy/types.ts'
import type { Backend, Split } from '../../core/types.ts'
import { declaredIn, primaryAnnotation, type Route } from '../route.ts'
import { readPolicy } from './annotations.ts'
import { readApproval } from './approval.ts'
import { hasPrimaryFirst, namedTiers, type SplitOfRoute, sourceText } from './named-tiers.ts'

/**
 * The splits of a route with what its annotations ask for; where its tiers make no sense, with a problem.
 * `othersOf`: the backends that the route names outside of its splits.
 */
export function applyPolicy(
  splits: readonly Split[],
  namespace: string,
  annotations: Readonly<Record<string, string>>,
  othersOf: () => readonly Backend[] = () => [],
): readonly Split[] {
  const asked = readPolicy(annotations)
  if (asked === undefined) return splits
  const allBackends = [...splits.flatMap(({ backends }) => backends), ...othersOf()]
  const isAnnotated = annotations[primaryAnnotation] !== undefined
  const around = { namespace, allBackends, isAnnotated, placeOf: () => undefined }
  return splits.map((split) => applyTo({ split, ...around }, asked.sections))
}

/** What FailoverPolicies ask for of a route, by section; `undefined` if none is for it. */
export interface AskedOfRoute {
  readonly policies: PolicySections | undefined
  /** The same if none were a DryRun; `undefined` if none that is one concerns it. */
  readonly wouldBe?: PolicySections | undefined
}

/**
 * The route with what its annotations and, of less weight, FailoverPolicies ask for. The answer remembers the splits as
 * they are declared, so that other policies can be applied to them as well.
 */
export function applyPolicies(
  route: Route,
  { policies, wouldBe }: AskedOfRoute,
  placeOf: SplitOfRoute['placeOf'],
): Route {
  const declared = declaredIn(route)
  if (policies === undefined && wouldBe === undefined) return declared
  const { namespace, annotations = {} } = declared
  const own = readPolicy(annotations)?.sections ?? {}
  const allBackends = declared.splits.flatMap(({ backends }) => backends)
  const isAnnotated = annotations[primaryAnnotation] !== undefined
  const around = { namespace, allBackends, isAnnotated, placeOf }
  const applied = (split: Split, asked: PolicySections | undefined) => {
    if (!asked) return split
    const sections = mergeSections(own, asked)
    const approvedAt = sections.failback?.value.isManual ? readApproval(annotations) : undefined
    return applyTo({ split, ...around }, sections, approvedAt)
  }
  return {
    ...declared,
    declaredSplits: declared.splits,
    splits: declared.splits.map((split) => {
      const real = applied(split, policies)
      return wouldBe ? withShadow(real, applied(split, wouldBe)) : real
    }),
  }
}

/** Nothing is added to a split that would be no other. */
function withShadow(real: Split, { policy, problem }: Split): Split {
  if (policy === real.policy && problem === real.problem) return real
  return problem === undefined ? { ...real, shadow: policy } : { ...real, shadowProblem: problem }
}

function applyTo(split: SplitOfRoute, sections: PolicySections, approvedAt?: number): Split {
  const known = split.split
  if (known.problem !== undefined) return known
  const tiers = tiersOf(split, sections.tiers)
  if (typeof tiers === 'string') {
    const where = known.where === undefined ? '' : `${known.where} does not fail over: `
    const problem = `${where}${tiers}`
    return { ...known, primary: undefined, primaryPort: undefined, policy: undefined, problem }
  }
  const asked = policyOf(tiers, sections)
  const policy = share(approvedAt === undefined ? asked : { ...asked, approvedAt })
  const primary = known.backends[tiers[0]?.members[0] ?? 0]?.service
  return { ...known, primary, primaryPort: undefined, policy }
}

/** A policy of the mesh is the same for most routes: with three tiers 430 bytes a route instead of 930 (Node 24). */
const share = createShare<Policy>((policy) => JSON.stringify(policy))

/** With the tiers found, the other sections are what they ask for. */
const policyOf = (tiers: readonly Tier[], { minReady, failover, failback }: PolicySections): Policy => ({
  tiers,
  minReady: minReady?.value ?? oneReady,
  failbackAfterMs: failback?.value.afterMs ?? 0,
  ...(failback?.value.minReady && { failbackMinReady: failback.value.minReady }),
  ...(failback?.value.atMostMs && { failbackAtMostMs: failback.value.atMostMs }),
  ...(failback?.value.isManual && { isManual: true as const }),
  ...(failover?.value.afterMs && { failoverAfterMs: failover.value.afterMs }),
  ...(failover?.value.whenDownMs && { failoverWhenDownMs: failover.value.whenDownMs }),
})

/** A route that names its primary has an order already: tiers of a FailoverPolicy apply if they agree with it. */
function tiersOf(split: SplitOfRoute, asked: PolicySections['tiers']): readonly Tier[] | string {
  const usual = split.split.policy?.tiers ?? usualTiers(split.split)
  if (asked === undefined) return usual
  const { value, from } = asked
  if ('problem' in value) return `${sourceText(from)} cannot be used: ${value.problem}`
  // They are resolved already, among backends that are not known here.
  if (split.split.policy && 'annotation' in from) return usual
  const tiers = namedTiers(value.tiers, from, split)
  if (typeof tiers === 'string' || hasPrimaryFirst(tiers, split)) return tiers
  return 'policy' in from
    ? usual
    : `${sourceText(from)} does not have the annotated primary in its first tier; remove one of the two annotations, or make them agree`
}
