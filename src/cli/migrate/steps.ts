import type { Migration } from './migration.ts'

/**
 * What to do with the routes, in order. The order is that of what proxies do: each chooses between a
 * ServiceProfile and a route when it first sees a Service, and keeps to it while connections stay open.
 */
export function stepsFor(migrations: readonly Migration[]): string[] {
  const whole = migrations.filter(({ routes, problems }) => routes.length > 0 && problems.length === 0)
  if (whole.length === 0) return []
  return [
    'Take these steps in this order; none of them has been done. Choose a quiet time with all primaries ready: from',
    'step 5 until the clients are restarted, requests go to the Service that the clients call, whatever the weights',
    'are, and nothing fails over.',
    '',
    '1. Save the present objects, so that you can go back:',
    ...perNamespace(whole).map(
      (place) => `     kubectl -n ${place} get trafficsplits,serviceprofiles -o yaml > ${place}.yaml`,
    ),
    '2. Check that the routes do what the TrafficSplits do: run linkerd-failover migrate --check with the same flags.',
    '3. Save this text as routes.yaml, review kubectl diff -f routes.yaml, then run kubectl apply -f routes.yaml.',
    '   Running proxies still use the TrafficSplits. The operator changes the weights of both, and reports it as',
    '   SharedParent.',
    '4. Wait until each route has Accepted=True from linkerd.io/policy-controller in status.parents. Proxies ignore',
    '   a route without it.',
    '5. Delete the TrafficSplits:',
    ...whole.map(
      ({ original: { route } }) => `     kubectl -n ${route.namespace} delete trafficsplit ${route.name}`,
    ),
    '6. Delete the ServiceProfiles that the SMI adaptor leaves behind; otherwise proxies use them instead of the',
    '   routes. First check if they have their own spec.routes (retries, timeouts): add those to the routes.',
    ...profilesOf(whole).map((line) => `     ${line}`),
    '7. Immediately restart every client of these Services (kubectl rollout restart): a proxy with open connections',
    '   ignores the new weights until it restarts or has had no connection for several seconds.',
    '8. Run linkerd-failover check and linkerd-failover status. When no TrafficSplit is left, you can uninstall the',
    '   SMI extension of Linkerd.',
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
