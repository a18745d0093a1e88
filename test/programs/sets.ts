import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Programs that are built together from one Go module, so that all come from one release. */
export interface ProgramSet<Program extends string = string> {
  /** Names the set's folder of binaries under `.cache/`. */
  readonly name: string
  /** The folder of the set's go.mod and go.sum. */
  readonly module: string
  /** The module whose version is the programs' own. */
  readonly release: string
  /** The main package of each program. */
  readonly packages: Readonly<Record<Program, string>>
  /** Variables to set at link time: without them some programs do not know their own version. */
  readonly variables: (set: ProgramSet) => readonly string[]
  /** Flags of `go build` besides those that all sets have. */
  readonly flags: readonly string[]
}

const setOf = <Program extends string>(set: ProgramSet<Program>): ProgramSet<Program> => set

const controlPlane = setOf({
  name: 'control-plane',
  module: join(import.meta.dirname, '..', 'control-plane'),
  release: 'k8s.io/kubernetes',
  packages: {
    etcd: 'go.etcd.io/etcd/server/v3',
    'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
    'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
    kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  },
  // Without these they call themselves v0.0.0, and version checks of clients refuse them.
  variables: (set) => {
    const version = versionOf(set, set.release)
    const [major, minor] = version.split('.')
    const fields = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' }
    return ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) =>
      Object.entries(fields).map(([name, value]) => `${path}.${name}=${value}`),
    )
  },
  flags: [],
})

/** The variables of a kubectl that is built from its own module, whose version 0.x.y is that of Kubernetes 1.x.y. */
const kubectlVersion = (set: ProgramSet): readonly string[] => {
  const version = `v1${versionOf(set, set.release).slice(1)}`
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
  return packages.map((path) => `${path}.gitVersion=${version}`)
}

/** The oldest kubectl that the sandbox is tried with: the first that sends what it creates as protobuf. */
const oldestKubectl = setOf({
  name: 'kubectl-oldest',
  module: join(import.meta.dirname, 'kubectl-oldest'),
  release: 'k8s.io/kubectl',
  packages: { 'kubectl-oldest': '.' },
  variables: kubectlVersion,
  flags: [],
})

/** One that is newer than the control plane. It shares its libraries, and so its build, with helm. */
const newestKubectl = setOf({
  name: 'kubectl-newest',
  module: join(import.meta.dirname, 'kubectl-newest'),
  release: 'k8s.io/kubectl',
  packages: { 'kubectl-newest': '.' },
  variables: kubectlVersion,
  flags: [],
})

const helm = setOf({
  name: 'helm',
  module: join(import.meta.dirname, 'helm'),
  release: 'helm.sh/helm/v3',
  packages: { helm: 'helm.sh/helm/v3/cmd/helm' },
  // Without these `helm template` takes the cluster for a Kubernetes 1.20.
  variables: (set) => {
    const [, minor] = versionOf(set, 'k8s.io/client-go').split('.')
    const known = ['helm.sh/helm/v3/pkg/lint/rules', 'helm.sh/helm/v3/pkg/chartutil'].flatMap((path) => [
      `${path}.k8sVersionMajor=1`,
      `${path}.k8sVersionMinor=${minor}`,
    ])
    return [`helm.sh/helm/v3/internal/version.version=v${versionOf(set, set.release)}`, ...known]
  },
  flags: [],
})

const kubeScore = setOf({
  name: 'kube-score',
  module: join(import.meta.dirname, 'kube-score'),
  release: 'github.com/zegl/kube-score',
  packages: { 'kube-score': 'github.com/zegl/kube-score/cmd/kube-score' },
  variables: () => [],
  flags: [],
})

const linkerd = setOf({
  name: 'linkerd',
  module: join(import.meta.dirname, 'linkerd'),
  release: 'github.com/linkerd/linkerd2',
  packages: { linkerd: 'github.com/linkerd/linkerd2/cli' },
  variables: () => [],
  // Built outside its own repository it reads its charts where its source lies, so it must know where that is.
  flags: ['-trimpath=false'],
})

const destination = setOf({
  name: 'destination',
  module: join(import.meta.dirname, 'destination'),
  release: 'github.com/linkerd/linkerd2',
  packages: {
    destination: 'github.com/linkerd/linkerd2/controller/cmd',
    'destination-client': 'github.com/linkerd/linkerd2/controller/script/destination-client',
  },
  variables: () => [],
  flags: [],
})

const kubelet = setOf({
  name: 'kubelet',
  module: join(import.meta.dirname, 'kubelet'),
  release: 'k8s.io/cri-streaming',
  packages: { kubelet: '.' },
  variables: () => [],
  flags: [],
})

/** How Flux reads the status of an object. */
const kstatus = setOf({
  name: 'kstatus',
  module: join(import.meta.dirname, 'kstatus'),
  release: 'sigs.k8s.io/cli-utils',
  packages: { kstatus: '.' },
  variables: () => [],
  flags: [],
})

type ProgramsOf<Set> = Set extends ProgramSet<infer Program> ? Program : never
export type Program = ProgramsOf<
  | typeof controlPlane
  | typeof oldestKubectl
  | typeof newestKubectl
  | typeof helm
  | typeof kubeScore
  | typeof linkerd
  | typeof destination
  | typeof kubelet
  | typeof kstatus
>

/** Each kubectl that the sandbox is tried with. */
export const kubectls = ['kubectl-oldest', 'kubectl', 'kubectl-newest'] as const satisfies readonly Program[]

export const sets: readonly ProgramSet[] = [
  controlPlane,
  oldestKubectl,
  helm,
  newestKubectl,
  kubeScore,
  linkerd,
  destination,
  kubelet,
  kstatus,
]

/** The version, without its `v`, in which the set's go.mod requires a module. */
export function versionOf({ module }: ProgramSet, required: string): string {
  const goMod = readFileSync(join(module, 'go.mod'), 'utf8')
  const version = goMod.match(new RegExp(`^(?:\\t|require )${required} v(\\S+)`, 'm'))?.[1]
  if (version === undefined) throw new Error(`${module}/go.mod requires no ${required}`)
  return version
}
