import { createHash } from 'node:crypto'
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { type Input, name, namespacedMetadata } from '../manifest.ts'

const folder = '/etc/linkerd-failover'
const file = 'notifications.json'
const volumes = { config: 'notifications-config', secret: 'notifications-secret' }

/** Whether there are receivers; if not, there is no flag, no ConfigMap and no volume. */
export const notifies = ({ values }: Input): boolean => values.notifications.receivers.length > 0

/**
 * The file that `--notifications` names. JSON with sorted keys, as Helm writes it, so that both have one
 * checksum.
 */
export const notificationsConfigMap = (input: Input) => {
  const metadata = namespacedMetadata(input)
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, name: `${name}-notifications` },
    data: { [file]: configText(input) },
  } satisfies IConfigMap
}

export const notificationsFlags = (input: Input): string[] =>
  notifies(input) ? [`--notifications=${folder}/config/${file}`] : []

/** The file is read at the start, so another text must be another Pod. */
export const notificationsChecksum = (input: Input): Record<string, string> =>
  notifies(input)
    ? { 'checksum/notifications': createHash('sha256').update(configText(input)).digest('hex') }
    : {}

export const notificationsMounts = (input: Input) =>
  notifies(input)
    ? {
        volumeMounts: [
          { name: volumes.config, mountPath: `${folder}/config`, readOnly: true },
          ...(secretOf(input)
            ? [{ name: volumes.secret, mountPath: `${folder}/notifications`, readOnly: true }]
            : []),
        ],
      }
    : {}

export const notificationsVolumes = (input: Input) =>
  notifies(input)
    ? {
        volumes: [
          { name: volumes.config, configMap: { name: `${name}-notifications` } },
          ...(secretOf(input) ? [{ name: volumes.secret, secret: { secretName: secretOf(input) } }] : []),
        ],
      }
    : {}

const secretOf = ({ values }: Input): string => values.notifications.secretName ?? ''

const configText = ({ values }: Input): string =>
  JSON.stringify({ receivers: sorted(values.notifications.receivers) })

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
