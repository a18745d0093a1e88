import { child, field, text } from '../../base/json.ts'
import { credentialsSecretOf } from '../../base/names.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { always } from '../../kube/watch/cache.ts'
import { type Reflector, startReflector } from '../../kube/watch/reflector.ts'
import { createStore } from '../../kube/watch/store.ts'
import type { LinkTools } from './link-tools.ts'

const secretType = 'mirror.linkerd.io/remote-kubeconfig'

/** The kubeconfig in such a Secret; the error says what is wrong with it, and shows no content. */
export function readSecret(object: unknown): Result<string, string> {
  if (field(object, 'type') !== secretType) return err(`is not of type ${secretType}`)
  const kubeconfig = Buffer.from(text(child(object, 'data'), 'kubeconfig'), 'base64').toString()
  return kubeconfig === '' ? err('has no key kubeconfig') : ok(kubeconfig)
}

/** Follows the Secret of a linked cluster. */
export class Credentials {
  readonly #name: string
  readonly #namespace: string
  readonly #store: ReturnType<typeof createStore<Result<string, string>>>
  readonly #reflector: Reflector

  /** `onChange` is called when another answer may be due; not before the first turn of the event loop. */
  constructor(cluster: string, namespace: string, tools: LinkTools, onChange: () => void) {
    const { transport, clock, random, log } = tools
    const watch = `secrets@${cluster}`
    this.#name = credentialsSecretOf(cluster)
    this.#namespace = namespace
    this.#store = createStore(onChange)
    this.#reflector = startReflector({
      ...{ transport, clock, random, log, namespace },
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

  /** The kubeconfig as it was seen last; the error says why there is none, in words. */
  get kubeconfig(): Result<string, string> {
    const { reader } = this.#store
    const secret = `Secret ${this.#namespace}/${this.#name}`
    const found = reader.get(`${this.#namespace}/${this.#name}`)
    if (found) return found.ok ? found : err(`the ${secret} ${found.error}`)
    if (reader.synced) return err(`there is no ${secret}`)
    const why = this.#reflector.complaint
    return err(`the ${secret} is not known yet${why === '' ? '' : `: ${why}`}`)
  }

  stop(): Promise<void> {
    return this.#reflector.stop()
  }
}
