import { Buffer } from 'node:buffer'
import { isObject } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'
import { credentialsOf, linkerdNamespace, secretName } from '../far/place.ts'
import type { Count } from './count.ts'
import type { FarKnowledge } from './far-view.ts'
import { History } from './history.ts'
import type { Span } from './services.ts'
import { countOf, Slices } from './slices.ts'

/** What a process can know of the other cluster when it decides. */
export interface FarSight {
  /** From when to when it may have seen the Secret; from the beginning on as long as its list is not complete. */
  readonly secret: Span
  /** What it has read there. */
  readonly knowledge: readonly FarKnowledge[]
  /** Up to when it may have read more. */
  readonly moment: number
}

/** Everything that the other cluster ever held, as far as the rules speak of it, and who could read it. */
export class FarFacts {
  readonly #slices = new Slices()
  /** What the Secret gives: nothing if it is not there, or cannot be used. */
  readonly #secret = new History<string | undefined>(undefined)

  readonly #hasLink = new History(false)

  /** A change in the other cluster. */
  change(resource: string, key: string, object: KubeObject | undefined, moment: number): void {
    if (resource === 'endpointslices') this.#slices.change(key, object, moment)
  }

  /** A change of a Secret in this cluster. */
  secret(key: string, object: KubeObject | undefined, moment: number): void {
    if (key === `${linkerdNamespace}/${secretName}`) this.#secret.set(moment, object && readSecret(object))
  }

  /** The Link to the other cluster came or went. */
  link(isThere: boolean, moment: number): void {
    this.#hasLink.set(moment, isThere)
  }

  /** Whether a process can think that there is the Link; without a complete list it can only think that there is none. */
  links(span: Span | undefined): readonly boolean[] {
    return span ? this.#hasLink.during(...span) : [false]
  }

  /**
   * What a Service there is known to be. It is unknown unless it was read with the credentials that the Secret has,
   * and unless nothing has come in between since.
   */
  possible(service: string, port: number | undefined, sight: FarSight): Count[] {
    const secrets = this.#secret.during(...sight.secret)
    return sight.knowledge.flatMap(({ credentials, namespaces }) => {
      const [namespace = '', name = ''] = service.split('/')
      const known = namespaces.get(namespace)
      return secrets.flatMap((secret): Count[] => {
        const isRead = secret !== undefined && secret === credentials && known?.names.has(name)
        if (!known || !isRead || known.isLost) return ['unknown']
        const read = this.during(service, port, [known.mark.moment, sight.moment])
        return known.isDoubtful ? ['unknown', ...read] : read
      })
    })
  }

  /** What a Service there was from one moment of that cluster to another. */
  during(service: string, port: number | undefined, span: Span): Count[] {
    const states = this.#slices.of(service).during(...span)
    return states.map((served) => countOf(served, port))
  }

  /** What a Service there is once everything that can be read was read; `accepted`: the credentials that it takes. */
  now(service: string, port: number | undefined, accepted: string): Count {
    if (this.#secret.now !== accepted) return 'unknown'
    return countOf(this.#slices.of(service).now, port)
  }

  /** Whether there are credentials that the other cluster takes. */
  isOpen(accepted: string): boolean {
    return this.#secret.now === accepted
  }
}

/** A kubeconfig in JSON; anything else cannot be used. */
function readSecret({ data }: KubeObject): string | undefined {
  const text = isObject(data) ? Buffer.from(String(data.kubeconfig), 'base64').toString() : ''
  const [, address] = /"server":"([^"]*)"/.exec(text) ?? []
  const [, token] = /"token":"([^"]*)"/.exec(text) ?? []
  return address && token ? credentialsOf(address, token) : undefined
}
