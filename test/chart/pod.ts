import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Api } from '../control-plane/api.ts'

const data = z.record(z.string(), z.string())
const deployment = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.tuple([
          z.object({
            args: z.array(z.string()),
            // There are none; whoever adds one has to hand it over here.
            env: z.never().optional(),
            volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
          }),
        ]),
        volumes: z.array(
          z.object({
            name: z.string(),
            configMap: z.object({ name: z.string() }).optional(),
            secret: z.object({ secretName: z.string() }).optional(),
          }),
        ),
      }),
    }),
  }),
})

/** What a kubelet makes of the Deployment that is there. */
export interface Pod {
  readonly args: readonly string[]
  /** The folder of this machine for each folder that is mounted. */
  readonly volumes: Readonly<Record<string, string>>
  /** Brings the files up to date with the ConfigMaps and Secrets, as a kubelet does within a minute or so. */
  sync(): Promise<void>
}

/** Lays out the volumes of the operator's Deployment, as the API server has it, under `folder`. */
export async function layOutPod(api: Api, namespace: string, folder: string): Promise<Pod> {
  const one = await api.get(`/apis/apps/v1/namespaces/${namespace}/deployments/linkerd-failover`, deployment)
  const { containers, volumes } = one.spec.template.spec
  const [{ args, volumeMounts }] = containers
  const read = (kind: string, name: string) => `/api/v1/namespaces/${namespace}/${kind}/${name}`
  const configMap = async (name: string) => (await api.get(read('configmaps', name), z.object({ data }))).data
  const secret = async (name: string) => {
    const { data: encoded } = await api.get(read('secrets', name), z.object({ data }))
    return Object.fromEntries(
      Object.entries(encoded).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    )
  }
  let version = 0
  const sync = async () => {
    version += 1
    for (const volume of volumes) {
      const files = volume.configMap
        ? await configMap(volume.configMap.name)
        : await secret(volume.secret?.secretName ?? '')
      writeVolume(join(folder, volume.name), files, version)
    }
  }
  await sync()
  const mounted = volumeMounts.map(({ name, mountPath }) => [mountPath, join(folder, name)])
  return { args, volumes: Object.fromEntries(mounted), sync }
}

/**
 * Writes files as a kubelet does: each is a link through `..data`, which is replaced in one step, so that nobody
 * sees the half of a new version.
 */
function writeVolume(folder: string, files: Readonly<Record<string, string>>, version: number): void {
  const current = `..version-${version}`
  mkdirSync(join(folder, current), { recursive: true })
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, current, name), text)
    if (version === 1) symlinkSync(join('..data', name), join(folder, name))
  }
  symlinkSync(current, join(folder, '..data_new'))
  renameSync(join(folder, '..data_new'), join(folder, '..data'))
}
