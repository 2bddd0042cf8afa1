import { z } from 'zod'
import { ApiError } from '../api/client.ts'
import { API } from '../api/route.ts'
import { isLocal } from './address.ts'
import type { Connection } from './connection.ts'
import type { ConnectionFacts } from './connection-findings.ts'
import { CliError } from './exit-code.ts'

type Answer = ConnectionFacts['answer']
type Identity = Extract<Answer, { kind: 'given' }>['identity']

export async function readConnection(connection: Connection): Promise<ConnectionFacts> {
  const { url } = connection
  return { url, local: isLocal(url), answer: await answerOf(connection) }
}

async function answerOf(connection: Connection): Promise<Answer> {
  const { client } = connection
  try {
    await client.getLive()
    const ready = await accepted(client.getReady())
    return { kind: 'given', ready: !(ready instanceof ApiError), identity: await identityOf(connection) }
  } catch (error) {
    if (error instanceof CliError) return { kind: 'none', why: error.message }
    if (error instanceof ApiError) return { kind: 'none', why: `${connection.url} refuses: ${error.message}` }
    throw error
  }
}

async function identityOf({ client, token, url }: Connection): Promise<Identity> {
  if (token === undefined) return { kind: 'nobody' }
  const session = await accepted(client.getSession())
  if (session instanceof ApiError)
    return { kind: 'refused', why: `${url} does not accept the token: ${session.message}` }
  return { kind: 'known', session, version: await versionOf(url, token) }
}

const Document = z.object({ info: z.object({ version: z.string() }) })

/** Undefined for a role that may not read the document. */
async function versionOf(url: string, token: string): Promise<string | undefined> {
  const answer = await fetch(`${url}${API}/openapi.json`, { headers: { authorization: `Bearer ${token}` } })
  return answer.ok ? Document.parse(await answer.json()).info.version : undefined
}

/** What was answered, a refusal too. */
async function accepted<T>(asking: Promise<T>): Promise<T | ApiError> {
  return await asking.catch((error: unknown) => {
    if (error instanceof ApiError) return error
    throw error
  })
}
