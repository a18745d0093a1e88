import { InvalidArgumentError } from 'commander'
import type { CommandSpec } from '../command.ts'
import { flag } from '../flags.ts'

function portNumber(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('It is no port; write a number from 0 to 65535.')
}

export const dashboard: CommandSpec = {
  name: 'dashboard',
  summary: "Show the operator's dashboard in a browser",
  description: `Makes the dashboard available on this machine, until Ctrl-C: a port is forwarded to the Pod that leads, with your
own permissions, and another Pod is taken when that one leads no more. Nothing can be changed through it. It needs
the permissions to list Pods, to get the Lease of the operator, and to get and create pods/portforward, all in the
operator's namespace; to list Pods in all namespaces, unless --namespace names the one.`,
  flags: () => [
    flag('-n, --namespace <name>', 'the namespace of the extension (default: it is looked for in all)'),
    flag('-p, --port <number>', 'the port to serve it on; 0 takes a free one')
      .argParser(portNumber)
      .default(50_750),
    flag('--address <address>', 'the address to serve it on').default('localhost'),
    flag('--show <what>', 'open a browser, or only print the URL')
      .choices(['browser', 'url'])
      .default('browser'),
  ],
  examples: [
    { line: 'dashboard', text: 'open it in the browser' },
    { line: 'dashboard --show url --port 0', text: 'print its URL, on a port that is free' },
  ],
  run: async (context, _args, flags) =>
    (await import('../dashboard/dashboard.ts')).showDashboard(context, flags),
}
