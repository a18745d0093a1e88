import type { CommandSpec } from '../command.ts'
import { flag, goBoolean, namespaceFlags, selectorFlag } from '../flags.ts'

export const migrate: CommandSpec = {
  name: 'migrate',
  summary: 'Print the Gateway API routes that replace TrafficSplits',
  description: `Reads TrafficSplits and Services from the cluster with your own permissions, or from a file.
Nothing is written to the cluster: review the output, then apply it with kubectl apply. The output ends with
comments that list the steps to take. Their order matters, because a proxy chooses between a TrafficSplit
and a route only once.

A rule of a route cannot distinguish ports, but the parentRef of a route can. So a Service with several
ports gets one route for each port, named after the port. Ports are read from the Services; an unknown port
is never guessed. Labels, the primary, a pause and the proportions of the weights are carried over. Comments
list what is not carried over, and which routes exist already. A TrafficSplit also applies to ports that
carry no HTTP and to the ports in the annotation config.linkerd.io/opaque-ports. An HTTPRoute or GRPCRoute
does not: leave out the routes for such ports.

With --check only a comparison is printed: what the operator would do with each TrafficSplit and with its
routes, for each Service ready, down and unknown. With more than six Services only a part of these
combinations is compared (all Services but at most two are in the same state), and the output says so. The
exit code is 1 if there is a difference, or if any part of a TrafficSplit was not migrated.`,
  flags: () => [
    flag(
      '-f, --file <file>',
      'read TrafficSplits and Services from this YAML or JSON file; - is standard input',
    ),
    ...namespaceFlags('migrate only this namespace; with --file, the namespace of objects that name none'),
    selectorFlag(),
    flag('--kind <kind>', 'the kind of the new routes')
      .choices(['HTTPRoute', 'GRPCRoute'])
      .default('HTTPRoute'),
    ...goBoolean('--check', 'compare TrafficSplits with their routes, and print the differences'),
    flag(
      '-o, --output <format>',
      'how to print the result (default: routes as yaml, the comparison as text)',
    ).choices(['json', 'yaml']),
  ],
  examples: [
    {
      line: 'migrate -n shop > routes.yaml',
      text: 'print the routes for one namespace, with the steps to take',
    },
    { line: 'migrate --check', text: 'would every route do what its TrafficSplit does?' },
    {
      line: 'migrate -f -',
      text: 'from files: send TrafficSplits, a line of ---, and the output of kubectl get services -o yaml',
    },
  ],
  run: async (context, _args, flags) => (await import('../migrate/migrate.ts')).showMigration(context, flags),
}
