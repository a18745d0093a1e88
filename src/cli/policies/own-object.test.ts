import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseDocuments } from './documents.ts'
import { readOwnObject } from './own-object.ts'

describe.each(['policies.md', 'api.md'])('docs/using/%s', (page) => {
  const text = readFileSync(new URL(`../../../docs/using/${page}`, import.meta.url), 'utf8')
  const blocks = [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, block = '']) => block)
  const examples = blocks.filter((block) => block.startsWith('apiVersion: failover.linkerd.io'))

  it('has examples of both kinds, and nothing is wrong with any', async () => {
    const documents = (await Promise.all(examples.map(parseDocuments))).flat()
    const read = documents.map(({ value }) => readOwnObject(value, 'default'))
    expect(read.flatMap((one) => (one.kind === 'wrong' ? one.problems : []))).toEqual([])
    expect([...new Set(read.map(({ kind }) => kind))].sort()).toEqual(['Drain', 'FailoverPolicy'])
  })
})
