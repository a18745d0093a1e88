import { drainDefinition } from '../src/install/objects/drain-crd.ts'
import { failoverPolicyDefinition } from '../src/install/objects/failover-policy-crd.ts'

/** What of a schema the page shows. */
interface Schema {
  readonly type?: string | undefined
  readonly description?: string | undefined
  readonly required?: readonly string[] | undefined
  readonly properties?: Readonly<Record<string, Schema>> | undefined
  readonly items?: unknown
  readonly enum?: readonly unknown[] | undefined
  readonly minimum?: number | undefined
  readonly maximum?: number | undefined
  readonly minItems?: number | undefined
  readonly maxItems?: number | undefined
  readonly 'x-kubernetes-validations'?: readonly { readonly message?: string | undefined }[] | undefined
}

const head = `# The kinds

Every field of the kinds \`FailoverPolicy\` and \`Drain\`, with what the API server checks. This page is written by
\`npm run api\` from their definitions. What they do is in [policies.md](policies.md); \`kubectl explain\` shows the same.
`

const examples: Readonly<Record<string, string>> = {
  FailoverPolicy: `For a whole namespace: this cluster first, then \`east\`, then whatever else a route has; go back only to what
has been ready for a minute.

\`\`\`yaml
apiVersion: failover.linkerd.io/v1alpha1
kind: FailoverPolicy
metadata:
  name: all
  namespace: shop
spec:
  targetRefs:
    - group: ""
      kind: Namespace
      name: shop
  tiers:
    - name: home
      clusters: [Local]
    - name: region
      clusters: [east]
    - name: far
      rest: {}
  minReady:
    percent: 50
    expected: 6
  failback:
    after: 60s
    minReady:
      percent: 80
      expected: 6
\`\`\`

For the whole mesh, in the namespace of the operator:

\`\`\`yaml
apiVersion: failover.linkerd.io/v1alpha1
kind: FailoverPolicy
metadata:
  name: mesh
  namespace: linkerd-failover
spec:
  targetRefs:
    - group: failover.linkerd.io
      kind: Mesh
      name: default
  failback:
    after: 30s
\`\`\``,
  Drain: `Two Services of this cluster leave, whatever else is ready:

\`\`\`yaml
apiVersion: failover.linkerd.io/v1alpha1
kind: Drain
metadata:
  name: cart-move
  namespace: shop
spec:
  from:
    - service:
        name: cart
    - service:
        name: cart-cache
  until: "2026-12-01T06:00:00Z"
  reason: "CHG-1235: cart moves to other nodes"
  lastResort: Never
\`\`\``,
}

/** The reference of our own kinds. */
export const apiPage = (): string =>
  [head, ...[failoverPolicyDefinition, drainDefinition].map(kindText)].join('\n')

function kindText({
  names: { kind, plural, shortNames },
  versions,
}: typeof drainDefinition | typeof failoverPolicyDefinition): string {
  const [{ schema, name } = { schema: undefined, name: '' }] = versions
  const root: Schema = schema?.openAPIV3Schema ?? {}
  const rows = [...fieldsOf(root, '')].map(({ path, type, text }) => `| \`${path}\` | ${type} | ${text} |`)
  return [
    `## ${kind}`,
    '',
    `${root.description} \`kubectl get ${plural}\` (or \`${shortNames.join()}\`) lists them. Version: \`${name}\`.`,
    '',
    examples[kind] ?? '',
    '',
    '| field | type | what it says |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

interface Field {
  readonly path: string
  readonly type: string
  readonly text: string
}

function* fieldsOf(schema: Schema, path: string): Iterable<Field> {
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    const isRequired = schema.required?.includes(name) ?? false
    const own = path === '' ? name : `${path}.${name}`
    const items = itemsOf(inner)
    yield { path: own, type: typeText(inner, items), text: textOf(inner, items, isRequired) }
    yield* fieldsOf(items ?? inner, items ? `${own}[]` : own)
  }
}

function itemsOf({ items }: Schema): Schema | undefined {
  return typeof items === 'object' && items !== null && !Array.isArray(items) ? items : undefined
}

const typeText = (schema: Schema, items: Schema | undefined): string => {
  if (items) return `list of ${items.type ?? 'object'}${rangeText(schema.minItems, schema.maxItems)}`
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ')
  return `${schema.type ?? ''}${rangeText(schema.minimum, schema.maximum)}`
}

function rangeText(from: number | undefined, to: number | undefined): string {
  if (to === undefined || to === Number.MAX_SAFE_INTEGER) return ''
  return `, ${from ?? 0} to ${to}`
}

function textOf(schema: Schema, items: Schema | undefined, isRequired: boolean): string {
  const rules = [schema, items].flatMap((one) => one?.['x-kubernetes-validations'] ?? [])
  const checks = rules.map(({ message }) => `Checked: ${message}.`)
  return [isRequired ? 'Required.' : '', schema.description ?? '', ...checks].filter(Boolean).join(' ')
}
