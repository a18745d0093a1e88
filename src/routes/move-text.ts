import * as z from 'zod'
import type { ServiceKey } from '../core/types.ts'

/** The weights of a split before and after it was moved; `undefined` if none is written. */
export interface WeightMove {
  readonly where: string | undefined
  readonly backends: readonly {
    readonly service: ServiceKey
    readonly from: number | undefined
    readonly to: number | undefined
  }[]
}

/** Longer texts than this (characters) are left out: an Event must stay small. */
const mostLength = 4_096

const weight = z.number().nullable()
const schema = z.array(
  z.object({
    where: z.string().optional(),
    backends: z.array(z.tuple([z.string().includes('/'), weight, weight])),
  }),
)

/** Weights as the annotation of an Event has them, `[{"backends":[["shop/web",100,0]]}]`; `undefined` if too long. */
export function writeMoves(splits: readonly WeightMove[]): string | undefined {
  const moves = splits.map(({ where, backends }) => ({
    where,
    backends: backends.map(({ service, from = null, to = null }) => [service, from, to]),
  }))
  const text = JSON.stringify(moves)
  return text.length > mostLength ? undefined : text
}

/** Reads such a text; empty if it makes no sense. */
export function readMoves(text: string): WeightMove[] {
  const { data = [] } = schema.safeParse(parsed(text))
  return data.map(({ where, backends }) => ({
    where,
    backends: backends.map(([service, from, to]) => ({
      service,
      from: from ?? undefined,
      to: to ?? undefined,
    })),
  }))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
