import type { Migration } from './migration.ts'

/**
 * What to do with the routes, in order. The order is that of what proxies do: each chooses between a
 * ServiceProfile and a route when it first sees a Service, and keeps to it while connections stay open.
 */
export function stepsFor(migrations: readonly Migration[]): string[] {
  const whole = migrations.filter(({ routes, problems }) => routes.length > 0 && problems.length === 0)
  if (whole.length === 0) return []
  return [
    'Steps, in this order; nothing of it has been done. Take a quiet hour with healthy primaries: from step 5',
    'until the clients are restarted, requests go to the Service that the clients call, whatever the weights say,',
    'and nothing fails over.',
    '',
    '1. Save what there is, for the way back:',
    ...perNamespace(whole).map(
      (place) => `     kubectl -n ${place} get trafficsplits,serviceprofiles -o yaml > ${place}.yaml`,
    ),
    '2. See that the routes do what the TrafficSplits do: linkerd-failover migrate --check, with the same flags.',
    '3. Save this text as routes.yaml, look at kubectl diff -f routes.yaml, then kubectl apply -f routes.yaml.',
    '   Running proxies keep to the TrafficSplits; the operator moves the weights of both (and warns of it:',
    '   SharedParent).',
    '4. Wait until each route has Accepted=True of linkerd.io/policy-controller in status.parents. A route without',
    '   it is ignored.',
    '5. Delete the TrafficSplits:',
    ...whole.map(
      ({ original: { route } }) => `     kubectl -n ${route.namespace} delete trafficsplit ${route.name}`,
    ),
    '6. Delete the ServiceProfiles that the SMI adaptor leaves behind, or they beat the routes. First look whether',
    '   they have spec.routes of their own (retries, timeouts): those must become part of the routes.',
    ...profilesOf(whole).map((line) => `     ${line}`),
    '7. At once, restart every client of these Services (kubectl rollout restart): a proxy that holds connections',
    '   ignores the new weights until it restarts or has been without any connection for several seconds.',
    '8. See that all is well: linkerd-failover check, linkerd-failover status. When no TrafficSplit is left, the',
    '   SMI extension of Linkerd can go.',
  ]
}

const perNamespace = (migrations: readonly Migration[]): string[] => [
  ...new Set(migrations.map(({ original: { route } }) => route.namespace)),
]

/** Their names end with the cluster's domain, which is almost always this one. */
const profilesOf = (migrations: readonly Migration[]): string[] => [
  ...new Set(
    migrations.flatMap(({ original: { route } }) =>
      route.apexes.map((apex) => {
        const [namespace = '', name = ''] = apex.split('/')
        return `kubectl -n ${namespace} delete serviceprofile ${name}.${namespace}.svc.cluster.local`
      }),
    ),
  ),
]
