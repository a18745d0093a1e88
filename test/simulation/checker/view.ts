/** What a process has been told: by resource the version up to which it knows all; absent before a complete list. */
export class View {
  readonly #versions: Map<string, number>

  constructor(versions: Iterable<[string, number]> = []) {
    this.#versions = new Map(versions)
  }

  /** A complete list was read; it may be older than what was known. */
  listed(resource: string, version: number): void {
    this.#versions.set(resource, version)
  }

  /** A change was read. */
  told(resource: string, version: number): void {
    const known = this.#versions.get(resource)
    if (known !== undefined) this.#versions.set(resource, Math.max(known, version))
  }

  /** undefined: not complete yet. */
  of(resource: string): number | undefined {
    return this.#versions.get(resource)
  }

  copy(): View {
    return new View(this.#versions)
  }
}
