import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { z } from 'zod'
import { binary } from '../programs/binaries.ts'
import { type Api, connect } from './api.ts'
import { type AuditEvent, auditFlags, readAudit } from './audit.ts'
import { type Definition, install, trafficSplits } from './definitions.ts'
import { kubeconfig } from './kubeconfig.ts'
import { type Finished, kubectl } from './kubectl.ts'
import { grantOperator, writeServiceAccount } from './operator-access.ts'
import { freePort, type Running, run, waitUntilUp } from './process.ts'

/** A real kube-apiserver on its own etcd, on loopback, with RBAC on; gone without a trace after `stop`. */
export interface ControlPlane {
  /** `https://127.0.0.1:PORT`, the same one after a restart. */
  readonly url: string
  /** etcd's own address, for tests that look behind the server. */
  readonly etcdUrl: string
  /** PEM text that verifies the server. */
  readonly ca: string
  /** A token of the group system:masters. */
  readonly adminToken: string
  /** A kubeconfig with the admin token. */
  readonly kubeconfigPath: string
  /** A client with the admin token; closed by `stop`. */
  readonly api: Api
  kubectl(args: readonly string[], input?: string): Promise<Finished>
  /** Installs the TrafficSplit CRD; resolves when both of its versions are served. */
  installCrd(): Promise<void>
  /** Installs definitions of other kinds; resolves when all of their versions are served. */
  install(...definitions: readonly Definition[]): Promise<void>
  /**
   * The path of a kubeconfig for the operator's ServiceAccount, which may do what the operator needs, no more: also
   * read the credentials of these linked clusters.
   */
  operatorKubeconfig(linked?: readonly string[]): Promise<string>
  /** The same as files in a folder, as a Pod finds them. */
  operatorServiceAccount(): Promise<string>
  /** What the audited user has asked for so far, as the API server wrote it down. */
  audited(): readonly AuditEvent[]
  /** Kills kube-apiserver and starts it again on the same port and data; resolves when it is ready. */
  restartApiServer(): Promise<void>
  /** Sends a signal to one of the programs: SIGSTOP freezes it, SIGCONT thaws it. */
  signal(program: 'etcd' | 'kube-apiserver', name: NodeJS.Signals): void
  /** Has etcd forget all history; whoever watches from before gets 410 once the server's own memory is gone too. */
  compact(): Promise<void>
  /**
   * Takes a copy of all that etcd holds. The function that it answers with brings that back, as whoever restores a
   * cluster from a backup does: both programs start again, and resourceVersions count from where they were then.
   */
  backUp(): Promise<() => Promise<void>>
  stop(): Promise<void>
}

export interface Options {
  /** Run kube-controller-manager with the two controllers that write EndpointSlices. */
  readonly controllerManager?: boolean
  /** Further controllers of it; then it runs anyway. */
  readonly controllers?: readonly string[]
  /** Write down what this user asks for; see `audited`. */
  readonly auditUser?: string
  /** Further flags of kube-apiserver. */
  readonly apiServerFlags?: readonly string[]
}

interface Layout {
  readonly options: Options
  readonly folder: string
  readonly etcdUrl: string
  readonly peerUrl: string
  readonly port: number
  readonly adminToken: string
}

async function layOut(options: Options): Promise<Layout> {
  const folder = mkdtempSync(join(tmpdir(), 'control-plane-'))
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const adminToken = randomBytes(24).toString('hex')
  writeFileSync(join(folder, 'sa.key'), privateKey, { mode: 0o600 })
  writeFileSync(join(folder, 'sa.pub'), publicKey)
  writeFileSync(join(folder, 'tokens.csv'), `${adminToken},admin,admin,system:masters\n`, { mode: 0o600 })
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()]
  return {
    options,
    folder,
    etcdUrl: `http://127.0.0.1:${client}`,
    peerUrl: `http://127.0.0.1:${peer}`,
    port,
    adminToken,
  }
}

async function startEtcd({ folder, etcdUrl, peerUrl }: Layout): Promise<Running> {
  const args = [
    '--unsafe-no-fsync',
    '--log-level=warn',
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
  ]
  const etcd = run('etcd', binary('etcd'), args, join(folder, 'etcd.log'))
  await waitUntilUp(etcd, async () => {
    const answer = await request(`${etcdUrl}/health`)
    return (await answer.body.text()).includes('true')
  })
  return etcd
}

const etcdAnswer = z.object({ header: z.object({ revision: z.string() }) })

/** By etcd's JSON gateway: asks for the revision, then compacts up to it. */
async function compact(etcdUrl: string): Promise<void> {
  const ask = async (path: string, body: object) => {
    const answer = await request(`${etcdUrl}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) })
    return answer.body.text()
  }
  const { header } = etcdAnswer.parse(JSON.parse(await ask('range', { key: 'AA==' })))
  const said = await ask('compaction', { revision: header.revision, physical: true })
  if (!said.includes('header')) throw new Error(`etcd did not compact: ${said}`)
}

function runApiServer({ folder, etcdUrl, port, options }: Layout): Running {
  const args = [
    `--etcd-servers=${etcdUrl}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, 'certificates')}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${join(folder, 'sa.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
    '--service-cluster-ip-range=10.0.0.0/16',
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    // Pods of the tests never run, and nothing makes ServiceAccounts for them.
    '--disable-admission-plugins=ServiceAccount',
    // A loopback address is refused in the endpoints of the Service "kubernetes".
    '--endpoint-reconciler-type=none',
    ...(options.auditUser === undefined ? [] : auditFlags(folder, options.auditUser)),
    ...(options.apiServerFlags ?? []),
  ]
  return run('kube-apiserver', binary('kube-apiserver'), args, join(folder, 'kube-apiserver.log'))
}

function runControllerManager({ folder, options }: Layout, kubeconfigPath: string): Running {
  const slices = options.controllerManager
    ? ['endpointslice-controller', 'endpointslice-mirroring-controller']
    : []
  const controllers = [...slices, ...(options.controllers ?? [])]
  const args = [
    `--kubeconfig=${kubeconfigPath}`,
    `--controllers=${controllers.join(',')}`,
    '--leader-elect=false',
    '--secure-port=0',
  ]
  const log = join(folder, 'kube-controller-manager.log')
  return run('kube-controller-manager', binary('kube-controller-manager'), args, log)
}

/** Resolves to the server's certificate once the server is ready and has made its first namespace. */
async function untilServing(server: Running, { folder, port, adminToken }: Layout): Promise<string> {
  const certificate = () => readFileSync(join(folder, 'certificates', 'apiserver.crt'), 'utf8')
  await waitUntilUp(server, async () => {
    const api = connect({
      url: `https://127.0.0.1:${port}`,
      ca: certificate(),
      token: adminToken,
      connections: 1,
    })
    try {
      const seen = [await api.status('/readyz'), await api.status('/api/v1/namespaces/default')]
      return seen.every((status) => status === 200)
    } finally {
      await api.close()
    }
  })
  return certificate()
}

/** Starts a control plane; ready when this resolves, and nothing is left running when it rejects. */
export async function startControlPlane(options: Options = {}): Promise<ControlPlane> {
  const layout = await layOut(options)
  const { folder, port, adminToken } = layout
  const running: Running[] = []
  const cleanUp = async () => {
    await Promise.all(running.map((program) => program.kill()))
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    let etcd = await startEtcd(layout)
    running.push(etcd)
    const restartEtcd = async (between: () => void) => {
      await etcd.kill()
      between()
      etcd = await startEtcd(layout)
      running.push(etcd)
    }
    let apiServer = runApiServer(layout)
    running.push(apiServer)
    const ca = await untilServing(apiServer, layout)
    const startApiServer = async () => {
      apiServer = runApiServer(layout)
      running.push(apiServer)
      await untilServing(apiServer, layout)
    }
    const url = `https://127.0.0.1:${port}`
    const api = connect({ url, ca, token: adminToken })
    const save = (file: string, token: string) => {
      writeFileSync(join(folder, file), kubeconfig({ url, ca }, token), { mode: 0o600 })
      return join(folder, file)
    }
    const kubeconfigPath = save('admin.kubeconfig', adminToken)
    if (options.controllerManager || options.controllers)
      running.push(runControllerManager(layout, kubeconfigPath))
    return {
      url,
      etcdUrl: layout.etcdUrl,
      ca,
      adminToken,
      kubeconfigPath,
      api,
      kubectl: (args, input) => kubectl(kubeconfigPath, args, input),
      installCrd: () => install(api, apiServer, trafficSplits()),
      install: async (...definitions) => {
        for (const definition of definitions) await install(api, apiServer, definition)
      },
      operatorKubeconfig: async (linked) => save('operator.kubeconfig', await grantOperator(api, linked)),
      operatorServiceAccount: async () =>
        writeServiceAccount(join(folder, 'serviceaccount'), await grantOperator(api), ca),
      audited: () => readAudit(folder),
      restartApiServer: async () => {
        await apiServer.kill()
        await startApiServer()
      },
      backUp: async () => {
        const [data, copy] = [join(folder, 'etcd'), join(folder, 'backup')]
        await restartEtcd(() => cpSync(data, copy, { recursive: true }))
        return async () => {
          await apiServer.kill()
          await restartEtcd(() => {
            rmSync(data, { recursive: true })
            cpSync(copy, data, { recursive: true })
          })
          await startApiServer()
        }
      },
      signal: (program, name) => (program === 'etcd' ? etcd : apiServer).signal(name),
      compact: () => compact(layout.etcdUrl),
      stop: async () => {
        await api.close()
        await cleanUp()
      },
    }
  } catch (error) {
    await cleanUp()
    throw error
  }
}
