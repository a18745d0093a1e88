import { programName } from '../base/names.ts'
import type { Flags, Globals } from './command.ts'
import type { Stream } from './io.ts'

/** What our texts advise to do with kubectl. */
const verbs = 'annotate|apply|delete|describe|diff|edit|get|label|logs|rollout'

/** Flags of a command line that also belong to the commands that it advises. */
export interface GivenFlags {
  /** Which cluster, and as whom: kubectl has the same flags. */
  readonly cluster: readonly string[]
  /** What only our commands know, or only the same command. */
  readonly own: readonly string[]
  readonly namespace: readonly string[]
  /** The command that was given them. */
  readonly command: string
}

/** Those of the flags that were given on the command line. */
export function givenFlags(
  command: string,
  { cluster, linkerdNamespace }: Globals,
  flags: Flags,
  given: ReadonlySet<string>,
): GivenFlags {
  const { kubeconfig, context, cluster: name, user, as, asGroups = [] } = cluster
  const named = { kubeconfig, context, cluster: name, user, as }
  return {
    command,
    cluster: [
      ...Object.entries(named).flatMap(([flag, value]) => (value === undefined ? [] : written(flag, value))),
      ...asGroups.flatMap((group) => written('as-group', group)),
    ],
    own: given.has('linkerdNamespace') ? written('linkerd-namespace', linkerdNamespace) : [],
    namespace:
      given.has('namespace') && typeof flags.namespace === 'string' && flags.namespace !== ''
        ? written('namespace', flags.namespace)
        : [],
  }
}

/**
 * A text in which each advised command carries the flags, so that it can be pasted; `names` are our commands. The
 * namespace is for the same command alone, unless the text chooses one.
 */
export function withGivenFlags(text: string, names: readonly string[], given: GivenFlags): string {
  const { command, cluster, own, namespace } = given
  // Also as an extension of linkerd: `linkerd failover install`.
  const program = programName.replace('-', '[- ]')
  const ours = new RegExp(`\\b(${program} (${names.join('|')}))\\b(?! --help)([^;|,]*)`, 'g')
  return text
    .replaceAll(ours, (_, called: string, name: string, rest: string) => {
      const isOther = name !== command || / (-A|-n|--namespace)\b/.test(rest)
      const flags = [...cluster, ...own, ...(isOther ? [] : namespace)]
      return [called, ...flags].join(' ') + rest
    })
    .replaceAll(new RegExp(`\\bkubectl (?=(-n \\S+ )?(${verbs})\\b)`, 'g'), () =>
      ['kubectl ', ...cluster.map((flag) => `${flag} `)].join(''),
    )
}

/** A stream on which advised commands are printed so. */
export const carrying = (stream: Stream, names: readonly string[], given: GivenFlags): Stream => ({
  isTerminal: stream.isTerminal,
  get columns() {
    return stream.columns
  },
  write: (text) => stream.write(withGivenFlags(text, names, given)),
})

const written = (flag: string, value: string): readonly string[] => [`--${flag}`, quoted(value)]

/** For a shell. */
const quoted = (value: string): string =>
  /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
