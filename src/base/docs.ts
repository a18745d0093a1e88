/** The build of a bundle replaces this name: see packaging/bundle.ts. */
declare const DOCS_ADDRESS: string | undefined

/**
 * Where one reads the documents of this version, as a URL that ends with a slash: the value of the build, or
 * the folder docs/ of the repository that the program is run from.
 */
export const docsAddress: string =
  typeof DOCS_ADDRESS === 'string' ? DOCS_ADDRESS : new URL('../../docs/', import.meta.url).href
