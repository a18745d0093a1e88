import type { CommandSpec } from '../command.ts'
import { flag, goBoolean, namespaceFlags, selectorFlag } from '../flags.ts'

export const migrate: CommandSpec = {
  name: 'migrate',
  summary: 'Print the Gateway API routes that take the place of TrafficSplits',
  description: `Reads TrafficSplits and Services from the cluster with your own permissions, or from a file. Nothing is written to
the cluster: what is printed is for review, and for kubectl apply. It ends with the steps to take, as comments; their
order matters, because a proxy chooses between a TrafficSplit and a route once.

A rule of a route cannot tell ports apart, but the parentRef of a route can: a Service with several ports gets a route
for each, named after the port. Ports are those of the Services; one that is not known is never guessed. Labels, the
primary, a pause and the proportions of the weights are carried over; comments say what is not, and which of the routes
are there already. A TrafficSplit also holds for ports that carry no HTTP, and for those in the annotation
config.linkerd.io/opaque-ports; an HTTPRoute or GRPCRoute does not: leave the routes of such ports out.

With --check nothing but a comparison is printed: what the operator's own rules make of each TrafficSplit and of its
routes, with each Service ready, down and unknown (of more than six Services only those states in which all but
two at most are alike, and it says so). The exit code is 1 if anything is different, or if any part of a TrafficSplit was
not migrated.`,
  flags: () => [
    flag(
      '-f, --file <file>',
      'TrafficSplits and Services from a file instead, in YAML or JSON; - is standard input',
    ),
    ...namespaceFlags(
      'only the TrafficSplits of this namespace; of objects in a file, where those without one are',
    ),
    selectorFlag(),
    flag('--kind <kind>', 'the kind of routes to make')
      .choices(['HTTPRoute', 'GRPCRoute'])
      .default('HTTPRoute'),
    ...goBoolean('--check', 'compare TrafficSplits and routes, and print what is different'),
    flag(
      '-o, --output <format>',
      'how to print it: routes as yaml without it, the comparison as text',
    ).choices(['json', 'yaml']),
  ],
  examples: [
    { line: 'migrate -n shop > routes.yaml', text: 'the routes for one namespace, with the steps to take' },
    { line: 'migrate --check', text: 'does every route do what its TrafficSplit does?' },
    {
      line: 'migrate -f -',
      text: 'of a file from git: kubectl get services -o yaml, behind the TrafficSplits and a line of ---',
    },
  ],
  run: async (context, _args, flags) => (await import('../migrate/migrate.ts')).showMigration(context, flags),
}
