import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import { ruleGroups } from '../src/install/objects/alert-rules.ts'
import { drainDefinition } from '../src/install/objects/drain-crd.ts'
import { failoverPolicyDefinition } from '../src/install/objects/failover-policy-crd.ts'
import { grafanaText } from '../src/install/objects/grafana.ts'
import { valuesSchema } from '../src/install/values.ts'
import { valuesTable } from './values-table.ts'

const chart = join(import.meta.dirname, 'linkerd-failover')

/** What each generated file of the chart should hold, by path. */
export function generated(): ReadonlyMap<string, string> {
  const readme = join(chart, 'README.md')
  return new Map([
    [join(chart, 'values.schema.json'), schemaText()],
    [join(chart, 'files', 'alerts.yaml'), stringify({ groups: ruleGroups('RUNBOOKS') }, { lineWidth: 0 })],
    [join(chart, 'files', 'drain-definition.yaml'), definitionText(drainDefinition)],
    [join(chart, 'files', 'failover-policy-definition.yaml'), definitionText(failoverPolicyDefinition)],
    [join(chart, 'files', 'dashboard.json'), grafanaText()],
    [readme, withTable(readFileSync(readme, 'utf8'))],
  ])
}

const definitionText = (definition: object): string =>
  stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false })

/** Draft 7, which every Helm 3 reads. */
function schemaText(): string {
  const schema = z.toJSONSchema(valuesSchema, { target: 'draft-7', unrepresentable: 'any' })
  return `${JSON.stringify(schema, null, 2)}\n`
}

const [begin, end] = ['<!-- values: begin -->', '<!-- values: end -->']

function withTable(readme: string): string {
  const [before, after] = [readme.indexOf(begin), readme.indexOf(end)]
  if (before < 0 || after < before) throw new Error(`README.md must contain ${begin}, and ${end} after it`)
  const table = valuesTable(readFileSync(join(chart, 'values.yaml'), 'utf8'))
  return `${readme.slice(0, before + begin.length)}\n\n${table}\n${readme.slice(after)}`
}
