import type { CommandSpec } from '../command.ts'
import { goBoolean, manifestFlags, valueFlags } from '../flags.ts'

const valuesText = `It takes the same values as the Helm chart. They override the chart's defaults in this
order: --ha, --values, --set, --set-string; a later one overrides an earlier one.`

const clusterFlags = () => [
  ...goBoolean('--skip-checks', 'print the objects even if a check of `check --pre` does not pass'),
  ...goBoolean('--ignore-cluster', 'send no request to the cluster'),
]

const forceFlag = () => goBoolean('--force', 'print the objects although routes are failed over')

export const install: CommandSpec = {
  name: 'install',
  summary: 'Print the Kubernetes objects of the extension, for kubectl apply',
  description: `Prints the objects that the Helm chart installs, and the Namespace. ${valuesText} Values
that differ from the defaults are saved in an annotation of the Namespace, where \`upgrade\` finds them.
Nothing is printed if a check of \`check --pre\` fails or the extension is installed already.`,
  flags: () => [...valueFlags(), ...manifestFlags(), ...clusterFlags()],
  examples: [
    { line: 'install | kubectl apply -f -', text: 'install with the defaults' },
    {
      line: 'install --ha --set image.registry=registry.test | kubectl apply -f -',
      text: 'install two replicas, with the image from your own registry',
    },
    {
      line: 'install --ignore-cluster > failover.yaml',
      text: 'write a file for a repository, without a cluster',
    },
  ],
  run: async (context, _args, flags) => (await import('../install/install.ts')).printInstall(context, flags),
}

export const upgrade: CommandSpec = {
  name: 'upgrade',
  summary: 'Print the Kubernetes objects that upgrade an installed extension to this version',
  description: `Uses the values that were given to \`install\`; values that you give here override them.
After the upgrade, \`prune\` prints the objects that only the previous version needed. If the extension was
installed by Helm, upgrade it by Helm.`,
  flags: () => [
    ...valueFlags(),
    ...goBoolean('--reset-values', 'discard the values of earlier installs and upgrades'),
    ...manifestFlags(),
  ],
  examples: [
    { line: 'upgrade | kubectl apply -f -', text: 'upgrade to the version of this program' },
    { line: 'upgrade --set replicas=2 | kubectl apply -f -', text: 'upgrade, and change a value' },
  ],
  run: async (context, _args, flags) => (await import('../install/upgrade.ts')).printUpgrade(context, flags),
}

export const uninstall: CommandSpec = {
  name: 'uninstall',
  summary: 'Print the Kubernetes objects of the extension, for kubectl delete',
  description: `Prints the Namespace, whose deletion removes everything in it, and the extension's objects
outside it. If the Namespace also contains other Deployments, it is kept: then only the extension's own
objects in it are printed. Routes and their weights stay as they are, and nothing moves them any more: while a
route is failed over, its name is printed instead, and the exit code is 1. First let such routes fail back: make
their primaries ready, and wait until \`status\` shows them on their primary.`,
  flags: () => [...manifestFlags().filter(({ long }) => long === '--output'), ...forceFlag()],
  examples: [{ line: 'uninstall | kubectl delete -f -', text: 'remove the extension' }],
  run: async (context, _args, flags) =>
    (await import('../install/uninstall.ts')).printUninstall(context, flags),
}

export const prune: CommandSpec = {
  name: 'prune',
  summary: 'Print objects that an earlier version left behind, for kubectl delete',
  description: `Finds the objects in the cluster with the label linkerd.io/extension=failover, and prints
those that \`upgrade\` does not print for the same values. If the extension was installed by Helm, \`helm
upgrade\` removes them. If there are any, and a route is failed over, its name is printed instead, as \`uninstall\`
does it.`,
  flags: () => [...valueFlags(), ...manifestFlags(), ...forceFlag()],
  examples: [{ line: 'prune | kubectl delete -f -', text: 'delete what is left over after an upgrade' }],
  run: async (context, _args, flags) => (await import('../install/prune.ts')).printPrune(context, flags),
}
