/** A reference to an image: `registry/name:tag@digest`, without the parts that are empty. */
export function imageReference(image: {
  readonly registry: string
  readonly name: string
  readonly tag: string
  readonly digest?: string | undefined
}): string {
  const repository = [image.registry, image.name].filter((part) => part !== '').join('/')
  return `${repository}:${image.tag}${image.digest ? `@${image.digest}` : ''}`
}
