import path from 'node:path'
import type { RequestOf } from '../src/api/client.ts'
import type { ChildServer } from '../test/support/child-server.ts'
import { needsLogin } from '../test/support/fixture-servers.ts'
import { deadPort, silentPort } from '../test/support/ports.ts'
import {
  everythingHttp,
  everythingSse,
  everythingStdio,
  filesystemStdio,
  memoryStdio,
  modernProxy,
  type StdioCommand,
} from '../test/support/real-servers.ts'
import { ANSWERS, type Expectation, NEEDS_LOGIN, REFUSES, SAYS_NOTHING } from './expectation.ts'

type ServerInput = RequestOf<'createServer'>['body']

/** One server of the demo: what it is registered as, what Omni2 must find, and its process unless Omni2 starts it. */
export type Member = {
  readonly input: ServerInput
  readonly expected: Expectation
  readonly process?: ChildServer
}

/** What opens `needs-login`; it guards nothing, so it may be shown. */
export const LOGIN_TOKEN = 'open-sesame'
/** The shortest, so that a person sees soon what they broke. */
const CHECK_INTERVAL_SECONDS = 5
/** Of the one that never answers: it must be told from a slow one before the person loses patience. */
const SILENCE_SECONDS = 3

/** Starts everything; `owned` ends it, also what had started when something else failed. */
export async function startFleet(directory: string, owned: AsyncDisposableStack): Promise<readonly Member[]> {
  const starting = [everythingHttp(), everythingSse(), modernProxy(), needsLogin(LOGIN_TOKEN)] as const
  for (const server of starting) owned.defer(() => server.then(kill, () => {}))
  const [http, sse, modern, login] = await Promise.all(starting)
  const dead = owned.use(await deadPort())
  const silent = owned.use(await silentPort())
  return [
    running(http, 'http-streamable', 'Every feature of MCP, over streamable HTTP', ANSWERS),
    running(sse, 'sse', 'The same over SSE, the transport of 2024', ANSWERS),
    running(modern, 'http-streamable', 'The same behind mcp-proxy, in the revision of 2026-07-28', {
      ...ANSWERS,
      era: 'modern',
    }),
    command('everything-stdio', everythingStdio(), 'The same as a child process of Omni2'),
    command('filesystem', filesystemStdio(directory), 'Reads and writes files in a folder of this demo'),
    command('memory', memoryStdio(path.join(directory, 'memory.jsonl')), 'Remembers facts as a graph'),
    at('dead-port', dead.url, 'Nothing listens here', REFUSES),
    at('silent', silent.url, 'Accepts every connection and never answers', SAYS_NOTHING, SILENCE_SECONDS),
    running(login, 'http-streamable', 'Wants a token that it was not given', NEEDS_LOGIN),
  ]
}

const kill = (server: ChildServer): Promise<void> => server.kill()

const running = (
  process: ChildServer,
  protocol: 'http-streamable' | 'sse',
  description: string,
  expected: Expectation,
): Member => ({
  process,
  expected,
  input: { ...common(process.name, description), protocol, url: process.url },
})

const command = (name: string, { command, args, env }: StdioCommand, description: string): Member => ({
  expected: ANSWERS,
  input: { ...common(name, description), command, args: [...args], env: { ...env } },
})

const at = (name: string, url: string, description: string, expected: Expectation, seconds?: number): Member => ({
  expected,
  input: { ...common(name, description), url, ...(seconds === undefined ? {} : { timeout_seconds: seconds }) },
})

const common = (name: string, description: string) => ({
  name,
  description,
  check_interval_seconds: CHECK_INTERVAL_SECONDS,
})
