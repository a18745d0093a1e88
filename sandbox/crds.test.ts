import { afterEach, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from './server.ts'

const running: Sandbox[] = []
afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.stop()
})

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'wheels.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Wheel', plural: 'wheels', singular: 'wheel' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { size: { type: 'integer', minimum: 1 } } } },
          },
        },
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
      },
    ],
  },
}

async function start(options = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options)
  running.push(sandbox)
  return sandbox
}

const splits = '/apis/split.smi-spec.io/v1alpha2/trafficsplits'

describe('CustomResourceDefinitions', () => {
  it('make their kind served, with its schema and columns', async () => {
    const { url, store } = await start()
    const path = `${url}/apis/example.com/v1/namespaces/default/wheels`
    expect((await fetch(path)).status).toBe(404)
    store.create(definition)
    const create = (name: string, size: number) =>
      fetch(path, {
        method: 'POST',
        body: JSON.stringify({
          apiVersion: 'example.com/v1',
          kind: 'Wheel',
          metadata: { name },
          spec: { size },
        }),
        headers: { 'content-type': 'application/json' },
      })
    expect((await create('big', 3)).status).toBe(201)
    expect((await create('none', 0)).status).toBe(422)
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
    expect(await (await fetch(path, { headers: { accept } })).json()).toMatchObject({
      rows: [{ cells: ['big', 3] }],
    })
  })

  it('take their objects, lists and watches with them', async () => {
    const { url, store } = await start()
    store.create({
      apiVersion: 'split.smi-spec.io/v1alpha1',
      kind: 'TrafficSplit',
      metadata: { name: 'a', namespace: 'default' },
      spec: { service: 'web', backends: [] },
    })
    const watch = await fetch(`${url}${splits}?watch=1&resourceVersion=${store.resourceVersion}`)
    store.delete('customresourcedefinitions', '', 'trafficsplits.split.smi-spec.io')
    expect(await watch.text()).toMatch(/"type":"DELETED".*"name":"a"/)
    expect((await fetch(url + splits)).status).toBe(404)
  })

  it('need not be there at the start', async () => {
    const { url } = await start({ trafficSplits: false })
    expect((await fetch(url + splits)).status).toBe(404)
  })
})
