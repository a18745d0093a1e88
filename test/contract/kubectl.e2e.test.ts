import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../sandbox/server.ts'
import { kubectl } from '../control-plane/kubectl.ts'
import { kubectls } from '../programs/sets.ts'

const manifest = `
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: "web:1"}]}}
---
apiVersion: split.smi-spec.io/v1alpha2
kind: TrafficSplit
metadata: {name: web}
spec: {service: web, backends: [{service: web, weight: 1}, {service: web-east, weight: 0}]}
`

describe.each(kubectls)('%s on the sandbox', (program) => {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-sandbox-'))
  const file = join(folder, 'kubeconfig')
  let sandbox: Sandbox | undefined
  beforeAll(async () => {
    sandbox = await startSandbox()
    writeFileSync(file, sandbox.kubeconfig)
  })
  afterAll(async () => {
    await sandbox?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const run = async (command: string, input?: string) => {
    const { stdout, stderr, code } = await kubectl(file, command.split(' '), input, program)
    expect(code, stderr).toBe(0)
    return stdout
  }

  it('applies new objects, and again without a change', async () => {
    expect(await run('apply -f -', manifest)).toContain('trafficsplit.split.smi-spec.io/web created')
    expect((await run('apply -f -', manifest)).match(/unchanged/g)).toHaveLength(3)
    expect(await run('apply -f -', manifest.replace('weight: 1', 'weight: 2'))).toContain('web configured')
  })

  it('prints useful columns', async () => {
    expect(await run('get trafficsplits')).toMatch(
      /NAME +SERVICE +BACKENDS +AGE\nweb +web +web=2,web-east=0 +\d+s/,
    )
    expect(await run('get ts -A -o yaml')).toContain('weight: 2')
  })

  it('scales, waits, describes, patches, labels and deletes', async () => {
    await run('rollout status deployment web --timeout=20s')
    expect(await run('get pods -l app=web')).toMatch(/1\/1 +Running/)
    await run('scale deployment web --replicas=0')
    await run('wait pod -l app=web --for=delete --timeout=20s')
    expect(await run('describe deployment web')).toContain('0 desired')
    expect(await run('describe trafficsplit web')).toMatch(/Weight: +2/)
    await run('patch ts web --type=json -p [{"op":"replace","path":"/spec/backends/0/weight","value":0}]')
    expect(await run('get ts web -o jsonpath={.spec.backends[*].weight}')).toBe('0 0')
    await run('label ts web a=b')
    await run('annotate ts web c=d')
    expect(await run('get ts -l a=b -o name')).toBe('trafficsplit.split.smi-spec.io/web\n')
    expect(await run('delete ts web --timeout=20s')).toContain('deleted')
    expect(await run('get ts -o name')).toBe('')
  })

  it('creates what the demo needs, which it sends as protobuf', async () => {
    await run('create namespace shop')
    await run('create deployment cart --image=cart:1 --replicas=2 --port=8080 -n shop')
    await run('create service clusterip cart --tcp=80:8080 -n shop')
    await run('create configmap notes --from-literal=a=b -n shop')
    await run('expose deployment cart --name=cart-named --port=80 --target-port=http -n shop')
    await run('rollout status deployment cart -n shop --timeout=20s')
    expect(await run('get deployment cart -n shop -o jsonpath={.spec.selector.matchLabels}')).toBe(
      '{"app":"cart"}',
    )
    expect(await run('get service cart -n shop -o jsonpath={.spec.ports[0]}')).toMatch(
      /"port":80,.*"targetPort":8080/,
    )
    expect(await run('get service cart-named -n shop -o jsonpath={.spec.ports[0].targetPort}')).toBe('http')
    expect(await run('get configmap notes -n shop -o jsonpath={.data.a}')).toBe('b')
    await run('rollout restart deployment cart -n shop')
    await run('rollout status deployment cart -n shop --timeout=20s')
    expect(await run('auth can-i list pods')).toBe('yes\n')
    expect(await run('auth can-i --list')).toMatch(/^\*\.\* +\[\] +\[\] +\[\*\]$/m)
    expect(await run('events -A')).toBeDefined()
    expect(await run('get events -A --sort-by=.lastTimestamp')).toBeDefined()
  })

  it('applies on the side of the server, and is told of conflicts', async () => {
    const apply = (more: string[], input: string) =>
      kubectl(file, ['apply', '--server-side', '-f', '-', ...more], input, program)
    const own = manifest.replaceAll('{name: web}', '{name: own}')
    expect((await apply([], own)).stdout.match(/own serverside-applied/g)).toHaveLength(3)
    const version = () => run('get ts own -o jsonpath={.metadata.resourceVersion}')
    const before = await version()
    await apply([], own)
    expect(await version(), 'nothing changed').toBe(before)
    const move = '[{"op":"replace","path":"/spec/backends/0/weight","value":0}]'
    await run(`patch ts own --type=json --field-manager=mover -p ${move}`)
    const refused = await apply([], own)
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toContain(
      'Apply failed with 1 conflict: conflict with "mover" using split.smi-spec.io/v1alpha2: .spec.backends',
    )
    expect(refused.stderr).toContain('--force-conflicts')
    expect((await apply(['--force-conflicts', '--dry-run=server'], own)).code).toBe(0)
    expect(await run('get ts own -o jsonpath={.spec.backends[0].weight}')).toBe('0')
    const { code, stderr } = await apply(['--force-conflicts'], own)
    expect(code, stderr).toBe(0)
    expect(await run('get ts own -o jsonpath={.spec.backends[0].weight}')).toBe('1')
    expect(await run('get ts own -o jsonpath={.metadata.managedFields[*].manager}')).toBe('kubectl')
  })

  it('takes over on the side of the server what it applied before', async () => {
    const taken = manifest.replaceAll('{name: web}', '{name: taken}')
    await run('apply -f -', taken)
    const moved = taken.replace('weight: 1', 'weight: 5')
    const args = ['apply', '--server-side', '-f', '-']
    const { code, stderr } = await kubectl(file, args, moved, program)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(await run('get ts taken -o jsonpath={.spec.backends[0].weight}')).toBe('5')
    const owners = await run('get ts taken -o jsonpath={.metadata.managedFields[*].manager}')
    expect(owners).not.toContain('client-side')
  })

  it('is refused a kind of which the sandbox does not know who owns what', async () => {
    const lease = 'apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: a}\n'
    const refused = await kubectl(file, ['apply', '--server-side', '-f', '-'], lease, program)
    expect(refused.code).not.toBe(0)
    // These words are kubectl's own, for status 415 alone.
    expect(refused.stderr).toMatch(/server-side apply not available on the server/i)
    expect(refused.stderr).toContain('use kubectl apply without --server-side')
    await run('apply -f -', lease)
  })

  it('is told by logs that the sandbox runs no containers', async () => {
    await run('apply -f -', manifest)
    await run('scale deployment web --replicas=1')
    await run('rollout status deployment web --timeout=20s')
    const { code, stderr } = await kubectl(file, ['logs', 'deployment/web'], undefined, program)
    expect(code).not.toBe(0)
    expect(stderr).toContain('the Pods of the sandbox run no containers, so they have no logs')
  })
})
