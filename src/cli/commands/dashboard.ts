import { InvalidArgumentError } from 'commander'
import type { CommandSpec } from '../command.ts'
import { flag, namespaceFlag } from '../flags.ts'

function portNumber(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('It is not a port; write a number from 0 to 65535.')
}

export const dashboard: CommandSpec = {
  name: 'dashboard',
  summary: "Show the operator's dashboard in a browser",
  description: `Serves the dashboard on this machine until you press Ctrl-C. It forwards a local port to the
operator's leader Pod, with your own permissions, and follows the leader when another Pod takes over. The
dashboard is read-only.

You need these permissions in the operator's namespace: list Pods, get the operator's Lease, and get and
create pods/portforward. Without --namespace you also need to list Pods in all namespaces.`,
  flags: () => [
    namespaceFlag('the namespace of the extension (default: search all namespaces)'),
    flag('-p, --port <number>', 'the local port to serve it on; 0 picks a free port')
      .argParser(portNumber)
      .default(50_750),
    flag('--address <address>', 'the local address to serve it on').default('localhost'),
    flag('--show <what>', 'open a browser, or only print the URL')
      .choices(['browser', 'url'])
      .default('browser'),
  ],
  examples: [
    { line: 'dashboard', text: 'open the dashboard in your browser' },
    { line: 'dashboard --show url --port 0', text: 'pick a free port, and only print the URL' },
  ],
  run: async (context, _args, flags) =>
    (await import('../dashboard/dashboard.ts')).showDashboard(context, flags),
}
