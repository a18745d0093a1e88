/** One step of a JSON Patch (RFC 6902). A `test` that fails makes the server refuse the whole patch. */
export interface PatchOperation {
  readonly op: 'test' | 'add' | 'replace'
  /** JSON Pointer. */
  readonly path: string
  readonly value: unknown
}

/**
 * JSON as Go writes it, which escapes `&`, `<`, `>`, U+2028 and U+2029 in strings. The API server compares
 * the text of a value in a `test`, not the value, so one that is written in another way never holds.
 */
export const jsonAsGo = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[&<>\u2028\u2029]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** One token of a JSON Pointer (RFC 6901). */
export const pointerToken = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1')
