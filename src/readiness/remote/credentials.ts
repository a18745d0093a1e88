import { child, field, text } from '../../base/json.ts'
import { credentialsSecretOf } from '../../base/names.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { ClusterConfig } from '../../kube/cluster/cluster.ts'
import { readTokenKubeconfig } from '../../kube/cluster/token-kubeconfig.ts'
import { always } from '../../kube/watch/cache.ts'
import { type Reflector, startReflector } from '../../kube/watch/reflector.ts'
import { createStore } from '../../kube/watch/store.ts'
import type { LinkTools } from './link-tools.ts'

const secretType = 'mirror.linkerd.io/remote-kubeconfig'

/** What a Secret gives: the text of a kubeconfig, and the cluster that it names. */
export interface LinkConfig {
  readonly kubeconfig: string
  readonly config: ClusterConfig
}

/** Reads such a Secret; the error says what is wrong with it, and shows no content. */
function readSecret(object: unknown): Result<LinkConfig, string> {
  if (field(object, 'type') !== secretType) return err(`is not of type ${secretType}`)
  const kubeconfig = Buffer.from(text(child(object, 'data'), 'kubeconfig'), 'base64').toString()
  if (kubeconfig === '') return err('has no key kubeconfig')
  const name = text(child(object, 'metadata'), 'name')
  const config = readTokenKubeconfig(kubeconfig, `the Secret ${name}`)
  return config.ok ? ok({ kubeconfig, config: config.value }) : err(`cannot be used: ${config.error}`)
}

/** Follows the Secret of a linked cluster. */
export class Credentials {
  readonly #name: string
  readonly #namespace: string
  readonly #store: ReturnType<typeof createStore<Result<LinkConfig, string>>>
  readonly #reflector: Reflector

  /** `onChange` is called when another answer may be due; not before the first turn of the event loop. */
  constructor(cluster: string, namespace: string, tools: LinkTools, onChange: () => void) {
    const { transport, clock, random, log } = tools
    const watch = `secrets@${cluster}`
    this.#name = credentialsSecretOf(cluster)
    this.#namespace = namespace
    this.#store = createStore(onChange)
    this.#reflector = startReflector({
      transport,
      clock,
      random,
      log,
      namespace,
      name: watch,
      resource: always({ group: '', version: 'v1', plural: 'secrets' }),
      fieldSelector: `metadata.name=${this.#name}`,
      relists: true,
      project: readSecret,
      writer: this.#store.writer,
      onState: onChange,
      onEvent: (type) => tools.onEvent?.(watch, type),
    })
  }

  /** Whether it is known if there is a Secret. */
  get isKnown(): boolean {
    return this.#store.reader.synced
  }

  /** Whether that is known soon, if nothing fails. */
  get isPending(): boolean {
    return !this.isKnown && this.#reflector.complaint === ''
  }

  /** As they were seen last; the error says why there are none, in words. */
  get found(): Result<LinkConfig, string> {
    const { reader } = this.#store
    const secret = `Secret ${this.#namespace}/${this.#name}`
    const found = reader.get(`${this.#namespace}/${this.#name}`)
    if (found) return found.ok ? found : err(`the ${secret} ${found.error}`)
    if (reader.synced) return err(`the ${secret} is missing`)
    const why = this.#reflector.complaint
    return err(`the ${secret} is not known yet${why === '' ? '' : `: ${why}`}`)
  }

  stop(): Promise<void> {
    return this.#reflector.stop()
  }
}
