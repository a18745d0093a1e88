import { execFile, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { stringify } from 'yaml'
import { name } from '../../src/install/manifest.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { kubeconfig } from '../control-plane/kubeconfig.ts'
import type { Finished } from '../control-plane/kubectl.ts'
import { type Cluster, openCluster } from '../e2e/cluster.ts'
import { eventually } from '../e2e/eventually.ts'
import { type Operator, startOperator } from '../e2e/operator.ts'
import { binary } from '../programs/binaries.ts'

const root = join(import.meta.dirname, '..', '..')
const main = join(root, 'src', 'cli', 'main.ts')

/** A real control plane with the extension on it, and the command line as a program of its own. */
export interface Stage {
  readonly controlPlane: ControlPlane
  readonly cluster: Cluster
  /** Runs the command line, as the administrator unless told otherwise. */
  cli(args: string, kubeconfig?: string): Promise<Finished>
  /** Starts the command line, which does not end by itself, as the administrator unless told otherwise. */
  watch(args: string, kubeconfig?: string): Watching
  /** Runs the real `linkerd`, with our command line on its PATH. */
  linkerd(args: string): Promise<Finished>
  /** Runs kubectl, which must succeed. */
  kubectl(args: string, input?: string): Promise<string>
  /** The kubeconfig of a new ServiceAccount that may do this in its namespace, and nothing else. */
  userWith(name: string, rules: readonly object[], namespace?: string): Promise<string>
  /**
   * Creates what an installation with these flags creates; nothing runs the Pods, so the status says what they
   * would.
   */
  install(flags?: string): Promise<void>
  setAvailable(replicas: number): Promise<void>
  /** The operator, with the ServiceAccount and the flags of the installation, and further flags. */
  operator(more?: readonly string[]): Promise<Operator>
  stop(): Promise<void>
}

/** A command that stays. */
export interface Watching {
  /** Resolves to what matches when what it has printed does. */
  seen(pattern: RegExp): Promise<string>
  /** SIGINT; resolves to its exit code. */
  stop(): Promise<number | null>
}

function watch(args: readonly string[], env: Record<string, string>): Watching {
  const child = spawn(process.execPath, [main, ...args], { env, cwd: root })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  let text = ''
  const take = (chunk: string) => {
    text += chunk
  }
  child.stdout.setEncoding('utf8').on('data', take)
  child.stderr.setEncoding('utf8').on('data', take)
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  return {
    seen: (pattern) =>
      eventually(() => {
        const [found] = pattern.exec(text) ?? []
        if (found === undefined) throw new Error(`nothing matches ${pattern} in:\n${text}`)
        return found
      }),
    stop: async () => {
      child.kill('SIGINT')
      const code = await ended
      process.off('exit', kill)
      return code
    },
  }
}

/** Runs a program to its end; a failure is a code. */
function run(program: string, args: readonly string[], env: Record<string, string>): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(program, args, { env, cwd: root, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve({ stdout, stderr, code: error === null ? 0 : Number(error.code ?? 1) }),
    )
  })
}

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '')

export async function setStage(): Promise<Stage> {
  const controlPlane = await startControlPlane()
  const folder = mkdtempSync(join(tmpdir(), 'stage-'))
  const onPath = join(folder, 'linkerd-failover')
  writeFileSync(onPath, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`)
  chmodSync(onPath, 0o755)
  const operators: Operator[] = []
  const env = (path: string) => ({
    PATH: `${folder}:/bin:/usr/bin`,
    HOME: folder,
    KUBECONFIG: path,
  })

  const stage: Stage = {
    controlPlane,
    cluster: openCluster(controlPlane.api),
    cli: (args, path = controlPlane.kubeconfigPath) =>
      run(process.execPath, [main, ...words(args)], env(path)),
    watch: (args, path = controlPlane.kubeconfigPath) => watch(words(args), env(path)),
    linkerd: (args) => run(binary('linkerd'), words(args), env(controlPlane.kubeconfigPath)),
    kubectl: async (args, input) => {
      const { code, stdout, stderr } = await controlPlane.kubectl(words(args), input)
      expect(code, `kubectl ${args}\n${stdout}${stderr}`).toBe(0)
      return stdout
    },
    userWith: async (user, rules, namespace = 'default') => {
      await stage.kubectl('apply -f -', account(user, namespace, rules))
      const token = (await stage.kubectl(`-n ${namespace} create token ${user}`)).trim()
      const path = join(folder, `${user}.kubeconfig`)
      writeFileSync(path, kubeconfig(controlPlane, token), { mode: 0o600 })
      return path
    },
    install: async (flags = '') => {
      const { code, stdout, stderr } = await stage.cli(`install --ignore-cluster ${flags}`)
      expect(code, stderr).toBe(0)
      await stage.kubectl('apply -f -', `${stdout}\n---\n${stringify(smiAdaptor)}`)
      await setStatus(stage, 'smi-adaptor', 'default', 1)
      await stage.setAvailable(1)
    },
    setAvailable: (replicas) => setStatus(stage, name, name, replicas),
    operator: async (more = []) => {
      const flags = ['--leader-elect', '--leader-elect-resource-namespace', name, ...more]
      const operator = startOperator(await controlPlane.operatorKubeconfig(), flags)
      operators.push(operator)
      await operator.ready()
      return operator
    },
    stop: async () => {
      await Promise.all(operators.map((operator) => operator.kill()))
      await controlPlane.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return stage
}

async function setStatus(
  stage: Stage,
  deployment: string,
  namespace: string,
  replicas: number,
): Promise<void> {
  const status = { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas }
  const patch = JSON.stringify({ status })
  await stage.kubectl(
    `-n ${namespace} patch deployment ${deployment} --subresource=status --type=merge -p ${patch}`,
  )
}

/** A ServiceAccount with a Role of these rules, as YAML. */
function account(user: string, namespace: string, rules: readonly object[]): string {
  const metadata = { name: user, namespace }
  const rbac = 'rbac.authorization.k8s.io'
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name: user },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
  ]
  return objects.map((object) => stringify(object)).join('---\n')
}

/** The Deployment of Linkerd's SMI extension, as far as anybody looks at it. */
const smiAdaptor = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'smi-adaptor', namespace: 'default', labels: { 'linkerd.io/extension': 'smi' } },
  spec: {
    selector: { matchLabels: { component: 'smi-adaptor' } },
    template: {
      metadata: { labels: { component: 'smi-adaptor' } },
      spec: { containers: [{ name: 'smi-adaptor', image: 'example.test/smi-adaptor' }] },
    },
  },
}
