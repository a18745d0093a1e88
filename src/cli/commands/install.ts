import type { CommandSpec } from '../command.ts'
import { goBoolean, manifestFlags, valueFlags } from '../flags.ts'

const valuesText = `The values are those of the Helm chart, and are laid over its defaults in the order: --ha, --values, --set,
--set-string.`

const clusterFlags = () => [
  ...goBoolean('--skip-checks', 'print them although a check of `check --pre` does not pass'),
  ...goBoolean('--ignore-cluster', 'do not ask the cluster at all'),
]

export const install: CommandSpec = {
  name: 'install',
  summary: 'Print the Kubernetes objects of the extension, for kubectl apply',
  description: `The objects are those that the Helm chart installs, and the Namespace. ${valuesText}
What was said besides the defaults is written on the Namespace, and \`upgrade\` takes it from there. Before that the
cluster is asked what \`check --pre\` asks, and whether the extension is installed already.`,
  flags: () => [...valueFlags(), ...manifestFlags(), ...clusterFlags()],
  examples: [
    { line: 'install | kubectl apply -f -', text: 'install with the defaults' },
    {
      line: 'install --ha --set image.registry=registry.test | kubectl apply -f -',
      text: 'two replicas, your registry',
    },
    { line: 'install --ignore-cluster > failover.yaml', text: 'without a cluster, for a repository' },
  ],
  run: async (context, _args, flags) => (await import('../install/install.ts')).printInstall(context, flags),
}

export const upgrade: CommandSpec = {
  name: 'upgrade',
  summary: 'Print the Kubernetes objects of this version for an extension that is installed',
  description: `The values are those that \`install\` was given; what is said here is laid over them. \`prune\` then finds what is left over
from the version before. What Helm has installed, Helm upgrades.`,
  flags: () => [
    ...valueFlags(),
    ...goBoolean('--reset-values', 'forget the values that were given before'),
    ...manifestFlags(),
  ],
  examples: [
    { line: 'upgrade | kubectl apply -f -', text: 'to the version of this program' },
    { line: 'upgrade --set replicas=2 | kubectl apply -f -', text: 'with another value' },
  ],
  run: async (context, _args, flags) => (await import('../install/upgrade.ts')).printUpgrade(context, flags),
}

export const uninstall: CommandSpec = {
  name: 'uninstall',
  summary: 'Print what belongs to the extension and lies outside its namespace, for kubectl delete',
  description: `With the Namespace goes all that is in it. A Namespace that holds other Deployments too stays: then only what belongs to
the extension is printed. Routes, and their weights, stay as they are.`,
  flags: () => manifestFlags().filter(({ long }) => long === '--output'),
  examples: [{ line: 'uninstall | kubectl delete -f -', text: 'take the extension away' }],
  run: async (context, _args, flags) =>
    (await import('../install/uninstall.ts')).printUninstall(context, flags),
}

export const prune: CommandSpec = {
  name: 'prune',
  summary: 'Print objects of the extension that this version does not have any more, for kubectl delete',
  description: `Compares what carries the label linkerd.io/extension=failover in the cluster with what \`upgrade\` prints for the same
values. What Helm has installed, Helm prunes.`,
  flags: () => [...valueFlags(), ...manifestFlags()],
  examples: [{ line: 'prune | kubectl delete -f -', text: 'after an upgrade' }],
  run: async (context, _args, flags) => (await import('../install/prune.ts')).printPrune(context, flags),
}
