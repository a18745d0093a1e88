import type * as z from 'zod'
import { err, type Result } from '../../base/result.ts'
import type { ApiSources } from './sources.ts'

/** Why a request fails. */
export interface Problem {
  readonly status: 400 | 404
  readonly error: string
}

/** One endpoint of the JSON API, as the router runs it and the OpenAPI document describes it. */
export interface Endpoint {
  /** With its parameters in braces: `/api/v1/routes/{kind}/{namespace}/{name}`. */
  readonly path: string
  readonly summary: string
  /** Path and query parameters by name. */
  readonly parameters: z.ZodObject
  readonly answer: z.ZodType
  run(parameters: Readonly<Record<string, string>>, sources: ApiSources): Result<unknown, Problem>
}

interface Described<P extends z.ZodObject, A extends z.ZodType> {
  readonly path: string
  readonly summary: string
  readonly parameters: P
  readonly answer: A
  readonly handle: (parameters: z.infer<P>, sources: ApiSources) => Result<z.infer<A>, Problem>
}

/** An endpoint whose handler sees checked parameters, and whose answer the compiler checks. */
export function endpoint<P extends z.ZodObject, A extends z.ZodType>({
  handle,
  ...described
}: Described<P, A>): Endpoint {
  return {
    ...described,
    run: (raw, sources) => {
      const parsed = described.parameters.safeParse(raw)
      return parsed.success
        ? handle(parsed.data, sources)
        : err({ status: 400, error: problemIn(parsed.error) })
    },
  }
}

export const notFound = (error: string): Result<never, Problem> => err({ status: 404, error })

function problemIn({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; ')
}
