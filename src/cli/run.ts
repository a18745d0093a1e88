import { programName } from '../base/names.ts'
import { err, ok } from '../base/result.ts'
import type { ClusterOptions } from '../kube/cluster/cluster.ts'
import { carrying, givenFlags, withGivenFlags } from './advice.ts'
import type { CommandSpec, Context, Flags, Globals } from './command.ts'
import { exitCodes, type Failure } from './failure.ts'
import type { Cluster, Io } from './io.ts'
import { buildProgram, commands, globalOptions, parseCommandLine } from './program.ts'

/** Runs one command line to its end and answers with the exit code. Everything it says goes through `io`. */
export async function runCli(argv: readonly string[], outside: Io): Promise<number> {
  const parsed = parseCommandLine(argv, outside.env, outside.stdout.columns)
  if (!parsed.ok) return say(outside, parsed.error)
  if (parsed.value.kind === 'print') {
    outside.stdout.write(parsed.value.text)
    return exitCodes.ok
  }
  const { spec, args, flags, given } = parsed.value
  const globals = readGlobals(flags)
  const names = commands.map(({ name }) => name)
  const carried = givenFlags(spec.name, globals, flags, given)
  const stderr = carrying(outside.stderr, names, carried)
  const io = { ...outside, stderr }
  const connection = connectOnce(io, globals)
  const context: Context = {
    io,
    globals,
    program: () => buildProgram(io.env, () => {}),
    connect: connection.connect,
    connectAs: connection.connectAs,
    advised: (text) => withGivenFlags(text, names, carried),
  }
  try {
    const ending = await spec.run(context, args, flags)
    if (ending.ok) return ending.value
    if (io.interrupted.aborted) return exitCodes.interrupted
    return say(io, withWay(ending.error, spec, given))
  } finally {
    await connection.close()
  }
}

function say({ stderr }: Io, { message, hint, exitCode }: Failure): number {
  stderr.write(`${programName}: ${oneLine(message).replace(/\.$/, '')}; ${oneLine(hint)}\n`)
  return exitCode
}

/** Never advises a flag that was given, or that the command does not have. */
function withWay({ way, ...failure }: Failure, spec: CommandSpec, given: ReadonlySet<string>): Failure {
  const known = [...globalOptions({}), ...spec.flags()].map((option) => option.attributeName())
  if (!way?.flags.every((flag) => known.includes(flag) && !given.has(flag))) return failure
  return { ...failure, hint: `${failure.hint}, or ${way.text}` }
}

/** Names from files and answers of servers may bring line breaks, or characters that a terminal obeys. */
const oneLine = (text: string): string => text.trim().replaceAll(/\s*[\p{Cc}]+\s*/gu, ' ')

/** One connection for a command, opened on first use, and others as another user. */
function connectOnce(io: Io, { cluster, verbose }: Globals) {
  let opened: Cluster | undefined
  const open = async (options: ClusterOptions) => {
    const found = await io.connect(options)
    if (!found.ok) return err(noCluster(found.error, options))
    const { waitingTransport } = await import('./patience.ts')
    const { printableAnswers } = await import('./printable.ts')
    const cluster = verbose ? await printing(io, found.value) : found.value
    return ok({ ...cluster, transport: printableAnswers(waitingTransport(cluster.transport, io)) })
  }
  return {
    connect: async () => {
      if (opened) return ok(opened)
      const found = await open(cluster)
      if (found.ok) opened = found.value
      return found
    },
    connectAs: (user: string) => open({ ...cluster, as: user, asGroups: undefined }),
    close: async () => opened?.transport.close(),
  }
}

async function printing({ stderr, clock }: Io, cluster: Cluster): Promise<Cluster> {
  const { printForwards, printRequests } = await import('./verbose.ts')
  return {
    ...cluster,
    transport: printRequests(cluster.transport, stderr, clock),
    forward: printForwards(cluster.forward, stderr, clock),
  }
}

const noCluster = (message: string, { kubeconfig, context }: ClusterOptions): Failure => {
  const file = kubeconfig === undefined ? 'choose a kubeconfig with --kubeconfig' : 'correct the file'
  const choose = kubeconfig === undefined ? '' : 'choose '
  const other = context === undefined ? `, or ${choose}one of its contexts with --context` : ''
  return { exitCode: exitCodes.usage, message, hint: `${file}${other}` }
}

/** The flags are those of `globalOptions`, so their types are known; anything else counts as not given. */
function readGlobals(flags: Flags): Globals {
  const text = (name: string) => {
    const value = flags[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const groups = Array.isArray(flags.asGroup) ? flags.asGroup.map(String) : []
  return {
    cluster: {
      kubeconfig: text('kubeconfig'),
      context: text('context'),
      cluster: text('cluster'),
      user: text('user'),
      as: text('as'),
      asGroups: groups.length > 0 ? groups : undefined,
    },
    linkerdNamespace: text('linkerdNamespace') ?? 'linkerd',
    verbose: flags.verbose === true,
  }
}
