import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { type Channel, definition } from '../programs/definitions.ts'
import type { Api, Body } from './api.ts'
import { type Running, waitUntilUp } from './process.ts'

const collection = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

const crd = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    group: z.string(),
    names: z.looseObject({ plural: z.string() }),
    versions: z.array(z.looseObject({ name: z.string(), served: z.boolean() })),
  }),
})
export type Definition = z.infer<typeof crd>

const established = z.object({
  status: z
    .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional() })
    .optional(),
})

/** The definition of TrafficSplit, which no Go module has. */
export const trafficSplits = (): Definition => own('trafficsplit')

/** The definition of the Links of Linkerd's multicluster extension, as far as tests need it. */
export const links = (): Definition => own('link')

const own = (name: string): Definition =>
  crd.parse(parse(readFileSync(join(import.meta.dirname, 'crds', `${name}.yaml`), 'utf8')))

/** The definition of a kind, as a release of the Gateway API (a channel of it) or of Linkerd has it. */
export const released = (channel: Channel, plural: string): Definition => {
  const file = channel === 'linkerd' ? plural.replace(/s$/, '') : `gateway.networking.k8s.io_${plural}`
  return crd.parse(parse(definition(channel, file)))
}

/** Creates the definition where it is missing; resolves when each of its served versions answers. */
export async function install(api: Api, server: Running, wanted: Definition): Promise<void> {
  await api.ensure(collection, body(wanted))
  await waitUntilUp(server, async () => {
    const { status } = await api.get(`${collection}/${wanted.metadata.name}`, established)
    const isEstablished = status?.conditions?.some(
      ({ type, status }) => type === 'Established' && status === 'True',
    )
    const { group, names, versions } = wanted.spec
    const paths = versions
      .filter(({ served }) => served)
      .map(({ name }) => `/apis/${group}/${name}/${names.plural}`)
    const answers = await Promise.all(paths.map((path) => api.status(path)))
    return isEstablished === true && answers.every((code) => code === 200)
  })
}

/** Removes the definition, and with it all objects of the kind. */
export const uninstall = (api: Api, { metadata }: Definition): Promise<void> =>
  api.remove(`${collection}/${metadata.name}`)

/** Says anew which of its versions are served. */
export async function serveOnly(api: Api, wanted: Definition, served: readonly string[]): Promise<void> {
  const versions = wanted.spec.versions.map((version) => ({
    ...version,
    served: served.includes(version.name),
  }))
  const path = `${collection}/${wanted.metadata.name}`
  await api.patch(path, [{ op: 'replace', path: '/spec/versions', value: versions }], 'json-patch')
}

const body = (definition: Definition): Body => ({ ...definition })
