import type { Json, JsonObject } from '../capabilities.ts'
import { publicUri } from './public-uri.ts'

/** A result of one server with public URIs in it, by which the client finds the same things again. */
export function publicResult(method: string, result: JsonObject, server: string): JsonObject {
  switch (method) {
    case 'tools/call':
      return Array.isArray(result.content) ? { ...result, content: result.content.map(block(server)) } : result
    case 'resources/read':
      return Array.isArray(result.contents) ? { ...result, contents: result.contents.map(located(server)) } : result
    case 'prompts/get':
      return Array.isArray(result.messages) ? { ...result, messages: result.messages.map(message(server)) } : result
    default:
      return result
  }
}

const message = (server: string) => (value: Json) =>
  isObject(value) && value.content !== undefined ? { ...value, content: block(server)(value.content) } : value

/** Links to resources, and resources that are embedded; all else stays the same object. */
const block =
  (server: string) =>
  (value: Json): Json => {
    if (!isObject(value)) return value
    if (value.type === 'resource_link') return located(server)(value)
    const { resource } = value
    return value.type === 'resource' && resource !== undefined
      ? { ...value, resource: located(server)(resource) }
      : value
  }

const located =
  (server: string) =>
  (value: Json): Json =>
    isObject(value) && typeof value.uri === 'string' ? { ...value, uri: publicUri(server, value.uri) } : value

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
