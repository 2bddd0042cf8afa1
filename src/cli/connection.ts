import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { type Client, type ClientDeps, createClient } from '../api/client.ts'
import { DEFAULT_URL, omni2Url } from './address.ts'
import type { Context } from './context.ts'
import { readCredentials } from './credentials.ts'
import { CliError, EXIT } from './exit-code.ts'
import { noAnswer, notOmni2 } from './no-answer.ts'

/** The Omni2 a command talks to; `reach` is how `client` does. */
export type Connection = {
  readonly url: string
  readonly token: string | undefined
  readonly client: Client
  readonly reach: ClientDeps
}

/** Options of the program itself. */
const Globals = z.object({ url: z.string().optional(), tokenFile: z.string().optional() })

/** `--url`, else OMNI2_URL, else where one signed in last; the token from `--token-file`, OMNI2_TOKEN or that sign-in. */
export async function connectionOf(context: Context, command: Command): Promise<Connection> {
  const { url: given, tokenFile } = Globals.parse(command.optsWithGlobals())
  const { env } = context
  const needsFile = !((given || env.OMNI2_URL) && (tokenFile || env.OMNI2_TOKEN))
  const stored = needsFile ? await readCredentials(env) : { tokens: {} }
  const url = omni2Url(given || env.OMNI2_URL || stored.current || DEFAULT_URL)
  const token = tokenFile ? await tokenIn(tokenFile) : env.OMNI2_TOKEN?.trim() || stored.tokens[url]
  return connectTo(context, url, token)
}

export function connectTo(context: Context, url: string, token: string | undefined): Connection {
  const reach = { baseUrl: url, ...(token ? { token } : {}), fetch: spoken(url, context.signal) }
  return { url, token, client: createClient(reach), reach }
}

async function tokenIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CliError(EXIT.usage, `The token file ${file} cannot be read`, { cause })
  })
  if (text.trim() === '') throw new CliError(EXIT.usage, `The token file ${file} is empty`)
  return text.trim()
}

/** What Omni2 answers as: JSON, events while something runs, a file. */
const OURS = /json|^text\/(event-stream|csv)/

/** `fetch` whose failures to get an answer of Omni2 are told in words, and which ends with `signal`. */
function spoken(url: string, signal: AbortSignal): typeof fetch {
  return async (target, init) => {
    const either = init?.signal ? AbortSignal.any([init.signal, signal]) : signal
    const response = await fetch(target, { ...init, signal: either }).catch((cause: unknown) => {
      throw either.aborted ? cause : noAnswer(url, cause)
    })
    const type = response.headers.get('content-type') ?? ''
    // A gateway in front of Omni2 may answer 5xx in its own words.
    if (response.status < 500 && response.status !== 204 && !OURS.test(type)) throw notOmni2(url)
    return response
  }
}
