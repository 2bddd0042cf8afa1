import { once } from 'node:events'
import { createServer } from 'node:net'
import { LiveAnswer } from '../../api/own-health.ts'
import { isWildcard } from '../access/hosts.ts'
import type { PortFacts } from './address.ts'

const PATIENCE_MS = 2_000

/** Listens for a moment, and asks who is there when that cannot be. */
export async function tryPort(host: string, port: number): Promise<PortFacts> {
  const server = createServer()
  try {
    await once(server.listen({ host, port, exclusive: true }), 'listening')
    return { state: 'free' }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    if (code !== 'EADDRINUSE') return { state: 'refused', code }
    return { state: 'taken', by: (await isOmni2(host, port)) ? 'omni2' : 'other' }
  } finally {
    server.close()
  }
}

async function isOmni2(host: string, port: number): Promise<boolean> {
  const name = isWildcard(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
  try {
    const answer = await fetch(`http://${name}:${port}/health/live`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    return LiveAnswer.safeParse(await answer.json()).success
  } catch {
    return false // silent, or it speaks another language
  }
}
