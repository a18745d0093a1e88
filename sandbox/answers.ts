import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { applyTo, applyType } from './apply/request.ts'
import { encodeList, encodeObject, formatOf } from './encode.ts'
import { asObject, isObject, type Json, type JsonObject } from './json.ts'
import { apiVersionOf, type Resource, type Subresource, toVersion } from './kinds.ts'
import { list } from './lists.ts'
import { type KubeObject, key, parseObject } from './object.ts'
import {
  jsonPatch,
  jsonPatchType,
  mergePatch,
  mergePatchType,
  refuseTestsAsText,
  strategicMergePatch,
  strategicMergeType,
} from './patch.ts'
import type { Strictness } from './prepare.ts'
import { type Call, requiredNamespace } from './requests.ts'
import { scaleOf, withScale } from './scale.ts'
import { selectorOf } from './selectors.ts'
import {
  badRequest,
  methodNotAllowed,
  notFound,
  success,
  unsupported,
  unsupportedMediaType,
} from './status.ts'
import type { Snapshot } from './store.ts'
import type { World } from './world.ts'
import { create, read, remove, update, type WriteOptions } from './writes.ts'

export type Answer = { code: number; body: string }

const jsonText: z.ZodType<Json> = z.json()
const yamlTypes = ['application/yaml', applyType]
const bodyTypes = ['application/json', 'application/yaml']

/** A body as JSON; what is neither JSON nor, where that is said, YAML is a 400. */
function parseBody(text: string, contentType: string): Json {
  try {
    if (!yamlTypes.includes(contentType)) {
      const value: Json = JSON.parse(text)
      return value
    }
    return jsonText.parse(parseYaml(text))
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${error instanceof Error ? error.message : error}`)
  }
}

function objectBody({ body, headers }: Call): Json {
  if (headers.contentType && !bodyTypes.includes(headers.contentType)) throw unsupportedMediaType(bodyTypes)
  return parseBody(body, headers.contentType)
}

function strictnessOf(query: URLSearchParams): Strictness {
  const asked = query.get('fieldValidation')
  return asked === 'Strict' || asked === 'Ignore' ? asked : 'Warn'
}

function writeOptions(call: Call): WriteOptions {
  const subresource = subresourceOf(call)
  const manager = call.query.get('fieldManager')
  return {
    dryRun: call.query.get('dryRun') === 'All',
    strictness: strictnessOf(call.query),
    ...(manager === null ? {} : { manager }),
    ...(subresource ? { subresource } : {}),
  }
}

/** The subresource that a path names, if the kind has it; 404 if it has not. */
function subresourceOf({ resource, subresource, name }: Call): Subresource | undefined {
  if (subresource === undefined) return undefined
  const known = resource.kind.subresources.find((one) => one === subresource)
  if (!known) throw notFound(resource.kind, name ?? '')
  return known
}

const expectedType = ({ kind, version }: Resource) => ({ apiVersion: apiVersionOf(version), kind: kind.kind })
const scaleType = { apiVersion: 'autoscaling/v1', kind: 'Scale' }

/** An object as the client sees it under the path it used: itself, or its Scale. */
function encoded(world: World, call: Call, stored: KubeObject): string {
  if (call.subresource === 'scale') return JSON.stringify(scaleOf(stored))
  const format = formatOf(call.headers.accept, call.query)
  return encodeObject(call.resource, stored, format, world.clock.wallTime().getTime())
}

function answerGet(world: World, call: Call, frozen: Snapshot | undefined): Answer {
  const { resource, namespace, name = '' } = call
  if (resource.kind.kind === 'Pod' && call.subresource === 'log')
    throw unsupported('the Pods of the sandbox run no containers, so they have no logs')
  subresourceOf(call)
  const stored = frozen ? frozen.get(key(namespace, name)) : read(world, resource.kind, namespace, name)
  if (!stored) throw notFound(resource.kind, name)
  return { code: 200, body: encoded(world, call, stored) }
}

function answerList(world: World, call: Call, frozen: Snapshot | undefined): Answer {
  const format = formatOf(call.headers.accept, call.query)
  return { code: 200, body: list(world, call.resource, call.namespace, call.query, format, frozen) }
}

function answerCreate(world: World, call: Call): Answer {
  const object = parseObject(objectBody(call), expectedType(call.resource))
  const stored = create(world, call.resource, requiredNamespace(call), object, writeOptions(call))
  return { code: 201, body: encoded(world, call, stored) }
}

/** Writes what a client made of the view that its path shows: the object in its version, or the Scale. */
function writeView(world: World, call: Call, old: KubeObject, view: Json): Answer {
  const options = writeOptions(call)
  const isScale = options.subresource === 'scale'
  const parsed = parseObject(view, isScale ? scaleType : expectedType(call.resource))
  const object = isScale ? withScale(toVersion(call.resource.version, old), parsed) : parsed
  const stored = update(world, call.resource, old, object, options)
  return { code: 200, body: encoded(world, call, stored) }
}

function answerUpdate(world: World, call: Call): Answer {
  const { resource, namespace, name = '' } = call
  const view = objectBody(call)
  return writeView(world, call, read(world, resource.kind, namespace, name), view)
}

/**
 * The patch types that a kind takes; custom kinds have no strategic merge.
 */
function patchTypes({ kind }: Resource): string[] {
  const types = [jsonPatchType, mergePatchType, applyType]
  return kind.custom ? types : [...types, strategicMergeType]
}

function patched(type: string, view: JsonObject, patch: Json, kind: string): Json {
  if (type === jsonPatchType) return jsonPatch(view, patch)
  if (!isObject(patch)) throw badRequest('error decoding patch: a patch is an object')
  return type === mergePatchType ? mergePatch(view, patch) : strategicMergePatch(view, patch, kind)
}

function answerPatch(world: World, call: Call): Answer {
  const { resource, namespace, name = '', headers } = call
  const types = patchTypes(resource)
  if (!types.includes(headers.contentType)) throw unsupportedMediaType(types)
  if (headers.contentType === applyType) return answerApply(world, call)
  subresourceOf(call)
  const old = read(world, resource.kind, namespace, name)
  const view = call.subresource === 'scale' ? scaleOf(old) : toVersion(resource.version, old)
  const patch = parseBody(call.body, headers.contentType)
  if (headers.contentType === jsonPatchType) refuseTestsAsText(patch, call.body)
  return writeView(world, call, old, patched(headers.contentType, view, patch, resource.kind.kind))
}

function answerApply(world: World, call: Call): Answer {
  const config = parseBody(call.body, applyType)
  const { object, isNew } = applyTo(world, call, config, writeOptions(call))
  return { code: isNew ? 201 : 200, body: encoded(world, call, object) }
}

function answerDelete(world: World, call: Call): Answer {
  const { resource, namespace, name = '', query } = call
  const old = read(world, resource.kind, namespace, name)
  const options = call.body ? objectBody(call) : undefined
  const result = remove(world, resource.kind, old, options, query.get('dryRun') === 'All')
  const body = result.gone
    ? JSON.stringify(success(resource.kind, name, old.metadata.uid))
    : encoded(world, call, result.object)
  return { code: 200, body }
}

function answerDeleteCollection(world: World, call: Call): Answer {
  const { resource, namespace, query } = call
  const selects = selectorOf(query, resource.kind.selectable)
  const objects = world.store.list(resource.kind, namespace).filter(selects)
  const dryRun = query.get('dryRun') === 'All'
  const options = asObject(call.body ? objectBody(call) : undefined)
  const removed = objects.map((object) => remove(world, resource.kind, object, options, dryRun).object)
  const metadata = { resourceVersion: String(world.store.version) }
  const format = formatOf(call.headers.accept, query)
  return {
    code: 200,
    body: encodeList(resource, removed, metadata, format, world.clock.wallTime().getTime()),
  }
}

/** The sandbox allows everything to everybody, and says so to whoever asks. */
function answerReview(call: Call): Answer {
  if (call.verb !== 'create') throw methodNotAllowed()
  const object = parseObject(objectBody(call), expectedType(call.resource))
  const status = reviewed[call.resource.kind.kind] ?? { allowed: true }
  return { code: 201, body: JSON.stringify({ ...object, status }) }
}

/** The answers to reviews that ask for more than yes or no. The sandbox knows no users: everybody is the same one. */
const reviewed: Readonly<Record<string, JsonObject>> = {
  SelfSubjectReview: { userInfo: { username: 'sandbox', groups: ['system:authenticated'] } },
  SelfSubjectRulesReview: {
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  },
}

/** Answers any request for objects but a watch. */
export function answer(world: World, call: Call, frozen: Snapshot | undefined): Answer {
  if (call.resource.kind.review) return answerReview(call)
  switch (call.verb) {
    case 'get':
      return answerGet(world, call, frozen)
    case 'create':
      return answerCreate(world, call)
    case 'update':
      return answerUpdate(world, call)
    case 'patch':
      return answerPatch(world, call)
    case 'delete':
      return answerDelete(world, call)
    case 'deletecollection':
      return answerDeleteCollection(world, call)
    default:
      return answerList(world, call, frozen)
  }
}
