import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Route } from './route.ts'
import { ROUTES } from './routes.ts'

const routes: [string, Route][] = Object.entries(ROUTES)

test('no two routes share a method and a path', () => {
  const keys = routes.map(([, { method, path }]) => `${method} ${path.replace(/:\w+/g, ':')}`)
  expect(new Set(keys).size).toBe(keys.length)
})

test('every parameter of a path has a schema and the other way round', () => {
  for (const [name, { path, params }] of routes) {
    const inPath = [...path.matchAll(/:(\w+)/g)].map(([, parameter]) => parameter)
    const inSchema = params instanceof z.ZodObject ? Object.keys(params.shape) : []
    expect(inSchema, name).toEqual(inPath)
  }
})

test('every schema can be written as JSON Schema, inputs refuse what they do not know', () => {
  for (const [name, { params, query, body, answer }] of routes) {
    for (const input of [params, query, body]) {
      if (input)
        expect(JSON.stringify(z.toJSONSchema(input, { io: 'input' })), name).toContain('"additionalProperties":false')
    }
    if (answer) expect(z.toJSONSchema(answer), name).toBeTypeOf('object')
  }
})

test('only signing in and our own health are public, and nothing that changes is open to a viewer but signing out', () => {
  expect(routes.filter(([, { access }]) => access === 'public').map(([name]) => name)).toEqual([
    'signIn',
    'getLive',
    'getReady',
  ])
  const changing = routes.filter(([, { access, method }]) => access === 'viewer' && method !== 'GET')
  expect(changing.map(([name]) => name)).toEqual(['signOut'])
})

test('a refused input says where', () => {
  const issues = (name: keyof typeof ROUTES, body: unknown) => {
    const route: Route = ROUTES[name]
    return route.body?.safeParse(body).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  }
  expect(issues('createServer', { name: 'a', url: 'https://h/', extra: 1 })).toEqual([': Unknown: extra'])
  expect(issues('createServer', { name: 'a', url: 'https://h/', auth_config: { tokn: 'x' } })).toEqual([
    'auth_config: Unknown: tokn',
  ])
  expect(issues('createServer', { name: 'a__b', url: 'ftp://h/', timeout_seconds: 301 })).toEqual([
    'name: A name is 1 to 48 letters, digits, ".", "-" and single "_", with none of these at an edge',
    'url: A URL starts with http:// or https://',
    'timeout_seconds: Must be at most 300',
  ])
  const env = (variables: object) => issues('createServer', { name: 'a', command: 'x', env: variables })
  expect(env({ LD_PRELOAD: 'x' })).toEqual(['env.LD_PRELOAD: The variable LD_PRELOAD changes how programs are loaded'])
  expect(env({ A: '${env:OMNI2_SECRET_KEY}' })).toEqual([
    'env.A: The variable OMNI2_SECRET_KEY belongs to Omni2 itself and cannot be handed on',
  ])
  expect(issues('callTool', { arguments: nested(80) })).toEqual(['arguments: More than 64 levels deep'])
  expect(issues('checkServers', {})).toEqual([': Give either ids or filter'])
})

test('times and numbers have the ranges of the contract', () => {
  const accepts = (field: string, value: unknown) =>
    ROUTES.createServer.body.safeParse({ name: 'a', url: 'https://h/', [field]: value }).success
  for (const [field, low, high] of [
    ['timeout_seconds', 1, 300],
    ['call_timeout_seconds', 1, 3_600],
    ['check_interval_seconds', 5, 86_400],
  ] as const) {
    const values = [low - 1, low, high, high + 1, low + 0.5]
    expect(
      values.map((value) => accepts(field, value)),
      field,
    ).toEqual([false, true, true, false, false])
  }
  expect(ROUTES.createServer.body.parse({ name: 'a', url: 'https://h/', protocol: 'http' })).toMatchObject({
    protocol: 'http-streamable',
    timeout_seconds: 10,
    call_timeout_seconds: 60,
    check_interval_seconds: 60,
    enabled: true,
  })
})

test('lists in a query are read from commas and from repeats', () => {
  const status = (raw: unknown) => ROUTES.listServers.query.parse({ status: raw }).status
  expect(status('healthy,unknown')).toEqual(['healthy', 'unknown'])
  expect(status(['healthy', 'unknown'])).toEqual(['healthy', 'unknown'])
  expect(ROUTES.listServers.query.safeParse({ status: 'fine' }).success).toBe(false)
  expect(ROUTES.listServers.query.parse({ limit: '5', enabled_only: 'true' })).toMatchObject({
    limit: 5,
    enabled_only: true,
  })
  for (const limit of ['0', '1001', '1.5', 'x'])
    expect(ROUTES.listServers.query.safeParse({ limit }).success).toBe(false)
})

const nested = (depth: number): object => (depth === 0 ? {} : { deeper: nested(depth - 1) })
