import { isObject } from '../../../sandbox/json.ts'
import type { Access } from '../../../sandbox/server.ts'
import { put } from './objects.ts'
import { own } from './route-owners.ts'
import type { StepOf, WorldSteps } from './step.ts'

/** What people, and linkerd-smi's adaptor, do to the ServiceProfile of a Service. */
export function writeProfile(store: Access, { apex, as }: StepOf<WorldSteps, 'profile'>): void {
  const name = `${apex}.${own}.svc.cluster.local`
  if (as === 'gone') {
    store.delete('serviceprofiles', own, name)
    return
  }
  const isServed = store.get('customresourcedefinitions', '', 'trafficsplits.split.smi-spec.io') !== undefined
  const spec = isServed ? store.get('trafficsplits', own, apex)?.spec : undefined
  const backends = isObject(spec) && Array.isArray(spec.backends) ? spec.backends.filter(isObject) : []
  const dstOverrides = backends.map(({ service }, index) => ({
    authority: `${String(service)}.${own}.svc.cluster.local`,
    weight: index === 0 ? '1' : '0',
  }))
  put(store, 'serviceprofiles', {
    apiVersion: 'linkerd.io/v1alpha2',
    kind: 'ServiceProfile',
    metadata: { namespace: own, name },
    spec: as === 'routes' ? { routes: [{ name: 'all' }] } : { dstOverrides },
  })
}
