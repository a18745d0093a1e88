/** One step of a JSON Patch (RFC 6902). A `test` that fails makes the server refuse the whole patch. */
export interface PatchOperation {
  readonly op: 'test' | 'add' | 'replace'
  /** JSON Pointer. */
  readonly path: string
  readonly value: unknown
}

/** One token of a JSON Pointer (RFC 6901). */
export const pointerToken = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1')
