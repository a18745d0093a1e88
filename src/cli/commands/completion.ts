import type { CommandSpec } from '../command.ts'

export const completion: CommandSpec = {
  name: 'completion',
  args: [{ term: '<shell>', text: 'the shell that will run the script', choices: ['bash', 'zsh', 'fish'] }],
  summary: 'Print a script that completes commands and flags in your shell',
  description: 'This command sends no request to the cluster.',
  flags: () => [],
  examples: [
    { line: 'completion bash > /etc/bash_completion.d/linkerd-failover', text: 'bash, for all users' },
    { line: 'completion zsh > ~/.zfunc/_linkerd-failover', text: 'zsh, with ~/.zfunc in fpath' },
    { line: 'completion fish > ~/.config/fish/completions/linkerd-failover.fish', text: 'fish' },
  ],
  run: async ({ io, program }, [shell = '']) =>
    (await import('../completion/completion.ts')).printCompletion(io, program(), shell),
}
