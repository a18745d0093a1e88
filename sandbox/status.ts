import type { Json, JsonObject } from './json.ts'

/** Names a resource in messages: `deployments.apps`. */
export type ResourceName = { group: string; plural: string; kind: string }

export type Cause = { reason: string; message: string; field: string }

/** A request that failed: what the client gets as a `Status` object, and the headers with it. */
export class ApiError extends Error {
  readonly code: number
  readonly reason: string
  readonly details: JsonObject | undefined
  constructor(code: number, reason: string, message: string, details?: JsonObject) {
    super(message)
    this.code = code
    this.reason = reason
    this.details = details
  }

  get status(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason ? { reason: this.reason } : {}),
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    }
  }
}

const qualified = ({ group, plural }: ResourceName) => (group ? `${plural}.${group}` : plural)
const about = ({ group, plural }: ResourceName, name: string): JsonObject => ({
  name,
  ...(group ? { group } : {}),
  kind: plural,
})

export const notFound = (resource: ResourceName, name: string) =>
  new ApiError(404, 'NotFound', `${qualified(resource)} "${name}" not found`, about(resource, name))

export const alreadyExists = (resource: ResourceName, name: string) =>
  new ApiError(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, about(resource, name))

export const conflict = (resource: ResourceName, name: string, why: string) =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    about(resource, name),
  )

export const modified = (resource: ResourceName, name: string) =>
  conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  )

/** The object breaks a rule of its kind. */
export function invalid(resource: ResourceName, name: string, causes: Cause[]): ApiError {
  const list = causes.map((cause) => `${cause.field}: ${cause.message}`)
  const { group, kind } = resource
  const detail = list.length === 1 ? list[0] : `[${list.join(', ')}]`
  return new ApiError(
    422,
    'Invalid',
    `${group ? `${kind}.${group}` : kind} "${name}" is invalid: ${detail}`,
    {
      name,
      ...(group ? { group } : {}),
      kind,
      causes,
    },
  )
}

/** A patch that cannot be applied to the object; the real server says no more than this. */
export const patchRejected = () =>
  new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {})

export const badRequest = (message: string) => new ApiError(400, 'BadRequest', message)

export const expired = (message = 'The resourceVersion for the provided watch is too old.') =>
  new ApiError(410, 'Expired', message)

export const methodNotAllowed = () =>
  new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

export const unsupportedMediaType = (accepted: string[]) =>
  new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )

/** Something that the real server does and the sandbox does not; `why` says so. */
export const unsupported = (why: string) => new ApiError(415, 'UnsupportedMediaType', why)

export const notAcceptable = () =>
  new ApiError(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/json;stream=watch',
  )

export const tooLargeVersion = (asked: number, current: number) =>
  new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })

/** The answer to a successful delete. */
export function success(resource: ResourceName, name: string, uid: Json | undefined): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { ...about(resource, name), uid },
  }
}
