/** One instruction of a Dockerfile: `COPY a b` is `{ name: 'COPY', text: 'a b' }`. */
export interface Instruction {
  readonly name: string
  readonly text: string
}

/**
 * The instructions of each stage; the last stage is the image. Total: a text without `FROM` has no stages.
 */
export function readStages(dockerfile: string): Instruction[][] {
  const lines = dockerfile.split('\n').filter((line) => /^[A-Z]+ /.test(line))
  const stages: Instruction[][] = []
  for (const line of lines) {
    const [name = '', ...words] = line.split(' ')
    if (name === 'FROM') stages.push([])
    stages.at(-1)?.push({ name, text: words.join(' ') })
  }
  return stages
}

/** Paths that are copied from the context, as they stand there. */
export function copiedPaths(dockerfile: string): string[] {
  return readStages(dockerfile)
    .flat()
    .filter(({ name, text }) => name === 'COPY' && !text.startsWith('--from'))
    .flatMap(({ text }) => text.split(/\s+/).slice(0, -1))
}
