import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'

/** A request, as the API server's audit log has it (audit.k8s.io/v1). */
const event = z.object({
  verb: z.string(),
  requestURI: z.string(),
  objectRef: z
    .object({
      apiGroup: z.string().default(''),
      resource: z.string(),
      namespace: z.string().optional(),
      name: z.string().optional(),
      subresource: z.string().optional(),
    })
    .optional(),
  responseStatus: z.object({ code: z.number() }).optional(),
})
export type AuditEvent = z.infer<typeof event>

const logOf = (folder: string): string => join(folder, 'audit.log')

/** Flags of kube-apiserver that make it write down each request of one user, and nobody else's. */
export function auditFlags(folder: string, user: string): string[] {
  const policy = join(folder, 'audit-policy.yaml')
  const rules = [{ level: 'Metadata', users: [user] }, { level: 'None' }]
  writeFileSync(
    policy,
    stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules }),
  )
  return [`--audit-policy-file=${policy}`, `--audit-log-path=${logOf(folder)}`]
}

/** What was written so far; a watch is there once when it begins, and once when it ends. */
export function readAudit(folder: string): AuditEvent[] {
  if (!existsSync(logOf(folder))) return []
  const lines = readFileSync(logOf(folder), 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => event.parse(JSON.parse(line)))
}
