import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Problem } from '../../api/problem.ts'
import { AppError } from '../../core/errors.ts'
import { PROBLEM_TYPE, toProblem } from './problems.ts'

/** Takes a request before the API sees it, for a path that must cost as little as possible. False: not mine. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean

/** Whoever sends slowly is dropped: `requestTimeout` is for headers and body together. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 72_000,
}

/** A server that gives headers 10 s and a whole request 15 s. */
export function createHttpServer(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  intercept: Intercept,
  limits: Partial<typeof LIMITS> = {},
): Server {
  return createServer({ ...LIMITS, ...limits }, (request, response) => {
    if (!intercept(request, response)) handler(request, response)
  })
}

/** Answers what is not even HTTP, or came too slowly, on the bare socket. */
export function refuseBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const problem = problemOf(error.code)
  const body = JSON.stringify(problem)
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      'Connection: close',
      `Content-Type: ${PROBLEM_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  )
}

function problemOf(code: string | undefined): Problem {
  const problem = toProblem(new AppError('bad_request', 'Not a valid HTTP request'))
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { ...problem, status: 408, title: 'Request Timeout', detail: 'The request did not arrive in time' }
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { ...problem, status: 431, title: 'Request Header Fields Too Large', detail: 'The headers are too large' }
  }
  return problem
}
