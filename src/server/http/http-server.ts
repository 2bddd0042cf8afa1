import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Problem } from '../../api/problem.ts'
import { AppError } from '../../core/errors.ts'
import { PROBLEM_TYPE, toProblem } from './problems.ts'

/** Not imported: an import reads every export of the module, and some of those load 15 MiB of Node's own HTTP client. */
const { createServer } = process.getBuiltinModule('node:http')

/** Whoever sends slowly is dropped: `requestTimeout` is for headers and body together. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 72_000,
  // Of TCP: who vanished without a word is noticed on streams that say nothing too.
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
}

/**
 * Whoever takes none of an answer that is ready for so long is dropped too: it waits in our memory. Node notices a
 * write that stopped in the middle after twice the time.
 */
const STUCK_READER_MS = 15_000

/** A server that gives headers 10 s, a whole request 15 s, and an answer that does not move 30 s at most. */
export function createHttpServer(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  { stuckReaderMs = STUCK_READER_MS, ...limits }: Partial<typeof LIMITS & { readonly stuckReaderMs: number }> = {},
): Server {
  const all = { ...LIMITS, ...limits }
  const inTurn = oneAtATime(handler, all.requestTimeout)
  return createServer(all, (request, response) => {
    dropStuckReader(request.socket, response, stuckReaderMs)
    inTurn(request, response)
  })
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Begins with a request once those before it on the same connection are answered: then its answer gets the socket. Node
 * hands over all that came in one packet, and hundreds of them would be worked on before anyone else got a turn. The
 * body of one that waits is not read, so its time begins with its turn too.
 */
function oneAtATime(handle: Handle, requestTimeoutMs: number): Handle {
  return (request, response) => {
    if (response.socket !== null) return handle(request, response)
    waited.set(request.socket, request)
    response.once('socket', () =>
      setImmediate(() => {
        if (response.destroyed) return
        limitBody(request, requestTimeoutMs)
        handle(request, response)
      }),
    )
  }
}

/** The last request of a connection that had to wait for its turn: Node's own clock runs from its first byte. */
const waited = new WeakMap<Socket, IncomingMessage>()

function limitBody(request: IncomingMessage, ms: number): void {
  const { socket } = request
  const timer = setTimeout(() => {
    if (!request.complete) refuse('ERR_HTTP_REQUEST_TIMEOUT', socket)
  }, ms)
  request.once('close', () => clearTimeout(timer))
}

/**
 * Watches from when all of the answer is written until all of it is sent; Node ends a socket that times out. Most answers
 * are with the kernel by then.
 */
function dropStuckReader(socket: Socket, response: ServerResponse, ms: number): void {
  response.once('prefinish', () => {
    if (socket.writableLength === 0) return
    socket.setTimeout(ms)
    // What it says meanwhile would count as a move. Node resumes what was paused while a request was being read.
    const pausing = setImmediate(() => socket.pause())
    // Before Node's own listener, which sets the timeout of an idle connection.
    response.prependOnceListener('finish', () => {
      clearImmediate(pausing)
      socket.setTimeout(0).resume()
    })
  })
}

/** Answers what is not even HTTP, or came too slowly, on the bare socket. */
export function refuseBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
  else if (error.code !== 'ERR_HTTP_REQUEST_TIMEOUT' || waited.get(socket)?.complete !== false)
    refuse(error.code, socket)
}

function refuse(code: string | undefined, socket: Socket): void {
  const problem = problemOf(code)
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
