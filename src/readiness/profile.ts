import { child, list, text } from '../base/json.ts'
import type { ServiceKey } from '../core/types.ts'

/**
 * The Service that a ServiceProfile (`web.shop.svc.cluster.local`) takes over, if it routes or splits at all.
 */
export function projectProfile(object: unknown): ServiceKey | undefined {
  const spec = child(object, 'spec')
  const isEmpty = list(spec, 'routes').length === 0 && list(spec, 'dstOverrides').length === 0
  const [name, namespace, svc] = text(child(object, 'metadata'), 'name').split('.')
  return isEmpty || svc !== 'svc' ? undefined : `${namespace}/${name}`
}
