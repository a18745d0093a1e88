import { Pool } from 'undici'
import type { ZodType } from 'zod'

export type Body = Readonly<Record<string, unknown>> | readonly unknown[]
export type PatchType = 'merge-patch' | 'json-patch' | 'strategic-merge-patch'

/** An answer other than 2xx; `status` is what tests look at. */
export class ApiError extends Error {
  readonly status: number
  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path} answered ${status}: ${body.slice(0, 500)}`)
    this.status = status
  }
}

export interface Access {
  readonly url: string
  readonly ca: string
  readonly token: string
  /** Requests in flight at most; one connection each. */
  readonly connections?: number
}

/** The tests' own client of the API server: bare paths, JSON in and out, answers checked by a schema. */
export interface Api {
  get<T>(path: string, schema: ZodType<T>): Promise<T>
  create(path: string, body: Body): Promise<void>
  /** Creates the object, or does nothing where one of that name exists. */
  ensure(path: string, body: Body): Promise<void>
  post<T>(path: string, body: Body, schema: ZodType<T>): Promise<T>
  patch(path: string, body: Body, type?: PatchType): Promise<void>
  remove(path: string): Promise<void>
  /** The status code of a GET, whatever it is. */
  status(path: string): Promise<number>
  close(): Promise<void>
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

export function connect({ url, ca, token, connections = 32 }: Access): Api {
  const pool = new Pool(url, { connections, pipelining: 1, connect: { ca } })

  async function send(method: Method, path: string, body?: Body, type = 'json') {
    const headers = { authorization: `Bearer ${token}`, 'content-type': `application/${type}` }
    const payload = body === undefined ? null : JSON.stringify(body)
    const answer = await pool.request({ method, path, headers, body: payload })
    return { status: answer.statusCode, text: await answer.body.text() }
  }

  async function demand(method: Method, path: string, body?: Body, type?: string): Promise<string> {
    const { status, text } = await send(method, path, body, type)
    if (status < 200 || status > 299) throw new ApiError(method, path, status, text)
    return text
  }

  return {
    get: async (path, schema) => schema.parse(JSON.parse(await demand('GET', path))),
    create: async (path, body) => void (await demand('POST', path, body)),
    ensure: async (path, body) => {
      const { status, text } = await send('POST', path, body)
      if (status !== 409 && (status < 200 || status > 299)) throw new ApiError('POST', path, status, text)
    },
    post: async (path, body, schema) => schema.parse(JSON.parse(await demand('POST', path, body))),
    patch: async (path, body, type = 'merge-patch') =>
      void (await demand('PATCH', path, body, `${type}+json`)),
    remove: async (path) => void (await demand('DELETE', path)),
    status: async (path) => (await send('GET', path)).status,
    close: () => pool.destroy(),
  }
}
