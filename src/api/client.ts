import type { z } from 'zod'
import { Problem } from './problem.ts'
import type { Route } from './route.ts'
import { ROUTES, type RouteName } from './routes.ts'

type Input<S> = S extends z.ZodType ? z.input<S> : never
type Part<R, K extends 'params' | 'query' | 'body'> = R extends { readonly [key in K]: infer S }
  ? Record<never, never> extends Input<S>
    ? { readonly [key in K]?: Input<S> }
    : { readonly [key in K]: Input<S> }
  : unknown

type Options = {
  /** The etag a change is made against. */
  readonly ifMatch?: string
  readonly signal?: AbortSignal
}

/** What a route is called with: `params`, `query` and `body` as its schemas say. */
export type RequestOf<N extends RouteName> = Part<(typeof ROUTES)[N], 'params'> &
  Part<(typeof ROUTES)[N], 'query'> &
  Part<(typeof ROUTES)[N], 'body'> &
  Options

/** What a route answers. */
type AnswerOf<N extends RouteName> = (typeof ROUTES)[N] extends { readonly answer: infer S extends z.ZodType }
  ? z.output<S>
  : undefined

export type Client = {
  readonly [N in RouteName]: (
    ...request: Record<never, never> extends RequestOf<N> ? [request?: RequestOf<N>] : [request: RequestOf<N>]
  ) => Promise<AnswerOf<N>>
}

export type ClientDeps = {
  /** Of the Omni2 server, such as `http://127.0.0.1:8000`; empty in a browser on the same origin. */
  readonly baseUrl: string
  readonly token?: string
  readonly fetch?: typeof globalThis.fetch
}

/** An answer that is no success; `problem` says why. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title)
    this.problem = problem
  }
}

/**
 * One method for each route: `client.triggerHealthCheck({ params: { id: 7 } })`. Each rejects with ApiError for a refusal
 * and with what `fetch` throws when there is no answer.
 */
export function createClient(deps: ClientDeps): Client {
  const methods = Object.entries(ROUTES).map(([name, route]) => [
    name,
    (request: LooseRequest = {}) => call(deps, route, request),
  ])
  return Object.fromEntries(methods) as Client // one method per route, by the same table as the type
}

type LooseRequest = Options & {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

async function call(deps: ClientDeps, route: Route, request: LooseRequest): Promise<unknown> {
  const response = await send(deps, route, request)
  if (!route.answer) return undefined
  return route.answer.parse(route.contentType ? await response.text() : await response.json())
}

/** The answer of a route as it comes. @throws ApiError for a refusal. */
export async function send(
  { baseUrl, token, fetch = globalThis.fetch }: ClientDeps,
  route: Route,
  request: LooseRequest,
  accept = 'application/json, application/problem+json, */*;q=0.1',
): Promise<Response> {
  const headers = new Headers({ accept })
  if (token) headers.set('authorization', `Bearer ${token}`)
  if (request.ifMatch) headers.set('if-match', request.ifMatch)
  // A body that may be left out is sent as an empty one, so that the server applies its defaults.
  const body = route.body ? JSON.stringify(request.body === undefined ? {} : request.body) : undefined
  if (body !== undefined) headers.set('content-type', 'application/json')
  const response = await fetch(`${baseUrl.replace(/\/$/, '')}${target(route.path, request)}`, {
    method: route.method,
    headers,
    body: body ?? null,
    signal: request.signal ?? null,
    credentials: 'same-origin',
  })
  if (!response.ok) throw new ApiError(await problemOf(response))
  return response
}

/** Where a route is, with its parameters filled in. */
export function target(path: string, { params = {}, query = {} }: Pick<LooseRequest, 'params' | 'query'>): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
  return search.size > 0 ? `${filled}?${search}` : filled
}

/** Also for what is not ours, such as a proxy's page. */
async function problemOf(response: Response): Promise<Problem> {
  const json: unknown = await response.json().catch(() => undefined)
  const problem = Problem.safeParse(json)
  if (problem.success) return problem.data
  const title = response.statusText || `HTTP ${response.status}`
  return { type: 'about:blank', title, status: response.status, code: 'internal' }
}
