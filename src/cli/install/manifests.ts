import { stringify } from 'yaml'
import { ok, type Result } from '../../base/result.ts'
import { version } from '../../base/version.ts'
import type { RawValues } from '../../install/coalesce.ts'
import { defaultValues } from '../../install/defaults.ts'
import { type InstallContext, type Manifest, name } from '../../install/manifest.ts'
import { namespace as namespaceObject } from '../../install/objects/namespace.ts'
import { render } from '../../install/render.ts'
import type { Failure } from '../failure.ts'
import { checkValues } from './overrides.ts'

export type ManifestFormat = 'yaml' | 'json'

/** What to know of these values besides the objects, for standard error: that no registry was named. */
export function warningsOn(overrides: RawValues): string {
  const values = checkValues(overrides)
  if (!values.ok || values.value.image.registry !== defaultValues.image.registry) return ''
  const { registry, name } = values.value.image
  return `warning: no image ${name} can be pulled from ${registry}, which stands for your registry; pass it with --set image.registry=REGISTRY\n`
}

/** All that an installation into this namespace brings, the Namespace first. */
export function manifestsFor(namespace: string, overrides: RawValues): Result<Manifest[], Failure> {
  const values = checkValues(overrides)
  if (!values.ok) return values
  const context: InstallContext = { namespace, release: name, version }
  return ok([namespaceObject({ values: values.value, context }, overrides), ...render(values.value, context)])
}

/** Objects as `kubectl` reads them: YAML documents, or a JSON list. */
export function printManifests(objects: readonly unknown[], format: ManifestFormat): string {
  if (format === 'yaml')
    return objects
      .map((object) => `---\n${stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 })}`)
      .join('')
  return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, null, 2)}\n`
}
