/** A Drain (`namespace/name`) as the API server has it: of cluster `east`, with some of its spec replaced. */
export function drainObject(
  key: string,
  spec: Readonly<Record<string, unknown>>,
  generation = 1,
  uid = `uid-${key}`,
) {
  const [namespace = '', name = ''] = key.split('/')
  return {
    apiVersion: 'failover.linkerd.io/v1alpha1',
    kind: 'Drain',
    metadata: { namespace, name, uid, generation, resourceVersion: '1' },
    spec: { from: [{ cluster: 'east' }], until: '2026-12-01T06:00:00Z', reason: 'a test', ...spec },
  }
}
