import { apiVersionOf, type Kind, type Resource } from './kinds.ts'

/** Which kinds are served, and under which group and version. CRDs add to it and take away. */
export class Registry {
  readonly #kinds = new Map<string, Kind>()

  constructor(kinds: Kind[]) {
    for (const kind of kinds) this.set(kind)
  }

  set(kind: Kind): void {
    this.#kinds.set(kind.id, kind)
  }

  remove(id: string): void {
    this.#kinds.delete(id)
  }

  kinds(): Kind[] {
    return [...this.#kinds.values()]
  }

  /** What a request path addresses. */
  find(group: string, version: string, plural: string): Resource | undefined {
    return this.resources(group, version).find(({ kind }) => kind.plural === plural)
  }

  /** What an object says that it is. */
  ofObject(object: { apiVersion: string; kind: string }): Resource | undefined {
    for (const kind of this.#kinds.values()) {
      const version = kind.versions.find((served) => apiVersionOf(served) === object.apiVersion)
      if (kind.kind === object.kind && version) return { kind, version }
    }
    return undefined
  }

  /** A kind by its plural, or by `plural.group`; the stored version of it. */
  named(name: string): Resource | undefined {
    const kind = this.#kinds.get(name) ?? this.kinds().find(({ plural }) => plural === name)
    const version = kind?.versions[0]
    return kind && version ? { kind, version } : undefined
  }

  /** Everything that one group and version serves. */
  resources(group: string, version: string): Resource[] {
    return this.kinds().flatMap((kind) =>
      kind.versions
        .filter((served) => served.group === group && served.version === version)
        .map((served) => ({ kind, version: served })),
    )
  }

  /** Each group but the core, with its versions: stable ones first, then the newest. */
  groups(): Map<string, string[]> {
    const groups = new Map<string, Set<string>>()
    for (const { group, version } of this.kinds().flatMap(({ versions }) => versions)) {
      if (!group) continue
      groups.set(group, (groups.get(group) ?? new Set()).add(version))
    }
    return new Map([...groups].map(([group, versions]) => [group, [...versions].sort(comparePriority)]))
  }
}

const stability = ['alpha', 'beta', undefined]

function comparePriority(a: string, b: string): number {
  const rank = (version: string) => {
    const [, major = '0', stage, minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? []
    return stability.indexOf(stage) * 1e6 + Number(major) * 1e3 + Number(minor)
  }
  return rank(b) - rank(a)
}
