import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request as send } from 'node:http'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { ChildServer } from './child-server.ts'
import type { Omni2 } from './omni2.ts'

const require = createRequire(import.meta.url)
/** Installed apart from everything else, by `npm run conformance`. */
const SUITE = '../conformance/node_modules/@modelcontextprotocol/conformance/dist/index.js'
const FIXTURE = require.resolve('../fixtures/servers/conformance.ts')

/** What the suite expects a server to be; of both eras, or of one alone. */
export const conformanceServer = (only?: 'legacy' | 'modern'): Promise<ChildServer> =>
  new ChildServer({
    name: 'conformance',
    path: '/mcp',
    args: () => [FIXTURE],
    ...(only && { env: { FIXTURE_ERA: only } }),
  }).start()

export type Verdict = {
  /** Of the scenarios that a revision requires, those that failed; the suite's own exit code says the same. */
  readonly failed: readonly string[]
  readonly required: number
  /** Checks that passed and failed, by scenario. */
  readonly checks: ReadonlyMap<string, string>
}

/** Runs what the official suite requires of a server of `revision`. */
export async function conformanceOf(url: string, revision: string): Promise<Verdict> {
  const args = [require.resolve(SUITE), 'server', '--url', url, '--requirements', revision]
  const run = promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 })
  const { stdout } = await run.catch((failed: { readonly stdout: string }) => failed)
  const summary = stdout.slice(stdout.indexOf('=== SUMMARY'))
  const counted = [...summary.matchAll(/^[✓✗] (\S+): (\d+ passed, \d+ failed)/gm)]
  const notScored = new Set([...summary.matchAll(/^ {2}[✓✗] (\S+) \(/gm)].map(([, name]) => name))
  const checks = new Map(counted.map(([, name = '', counts = '']) => [name, counts]))
  const required = [...checks].filter(([name]) => !notScored.has(name))
  return {
    failed: required.filter(([, counts]) => !counts.endsWith(' 0 failed')).map(([name]) => name),
    required: required.length,
    checks,
  }
}

/** How the suite judges Omni2 as the client of its server, in one scenario at one revision; exit code 0: passed. */
export async function clientVerdict(omni2: Omni2, scenario: string, revision: string): Promise<string> {
  const command = `${process.execPath} ${require.resolve('../fixtures/suite-agent.ts')}`
  const args = [require.resolve(SUITE), 'client', '--command', command]
  const env = { ...process.env, OMNI2_URL: omni2.url, OMNI2_TOKEN: omni2.adminToken }
  const run = promisify(execFile)(process.execPath, [...args, '--scenario', scenario, '--spec-version', revision], {
    env,
  })
  return await run.then(
    () => 'passed',
    ({ stderr }: { readonly stderr: string }) => stderr,
  )
}

/** What a revision requires of a client. */
export async function requiredOfClients(revision: string): Promise<readonly string[]> {
  const args = [require.resolve(SUITE), 'list', '--requirements', revision]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const [, listed = ''] = /^Client scenarios.*\n((?: {2}- .+\n)+)/m.exec(stdout) ?? []
  return [...listed.matchAll(/- (\S+)/g)].map(([, name = '']) => name)
}

/** The suite sends no credentials: this stands before the gateway and adds them, and changes nothing else. */
export async function withToken(port: number, target: string, token: string): Promise<AsyncDisposable> {
  const server = createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${token}` }
    const upstream = send(target, { method: request.method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      response.flushHeaders()
      answer.pipe(response)
    })
    upstream.on('error', () => response.destroy())
    response.on('close', () => upstream.destroy())
    request.pipe(upstream)
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
