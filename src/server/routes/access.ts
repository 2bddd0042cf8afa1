import type { TokenInput } from '../../api/tokens.ts'
import { type Clock, type Timestamp, timestamp } from '../../core/clock.ts'
import type { Collections } from '../../core/gateway/collections.ts'
import type { TokenLimit } from '../../core/gateway/scope.ts'
import { collectionId, serverId } from '../../core/ids.ts'
import type { StoredToken } from '../../core/token.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import type { Auth } from '../access/auth.ts'
import type { TokenBook } from '../access/token-book.ts'
import type { HandlersOf } from '../http/register-routes.ts'
import { invalid } from '../views/invalid.ts'
import { type LimitNames, sessionView, tokenView } from '../views/token.ts'
import { cursorNumber } from './cursor.ts'

type Deps = {
  readonly auth: Auth
  readonly book: TokenBook
  readonly fleet: Pick<Fleet, 'find'>
  readonly collections: Pick<Collections, 'find'>
  readonly clock: Clock
}

/** Signing in and out, and the tokens that let people in. */
export function accessHandlers({ auth, book, fleet, collections, clock }: Deps) {
  const names: LimitNames = {
    server: (id) => fleet.find(id)?.server.config.name,
    collection: (id) => collections.find(id)?.config.name,
  }
  return {
    async signIn({ body, address, answer }) {
      const { secret, principal, expiresAt } = await auth.signIn(body.token ?? body.code ?? '', address)
      answer.startSession(secret, expiresAt)
      return sessionView(principal)
    },
    async getSession({ principal }) {
      return sessionView(principal)
    },
    async signOut({ principal, answer }) {
      await auth.signOut(principal)
      answer.endSession()
    },
    async listTokens({ query }) {
      await book.refresh()
      const after = cursorNumber(query.cursor, 0)
      const tokens = apiTokens(book).filter((token) => token.id > after)
      const page = tokens.slice(0, query.limit)
      const last = page.at(-1)
      return {
        tokens: page.map((token) => tokenView(token, names)),
        next_cursor: last && tokens.length > page.length ? String(last.id) : null,
      }
    },
    async createToken({ body }) {
      const expiresAt = body.expires_at == null ? undefined : futureTime(body.expires_at, clock)
      const created = await book.create({
        kind: 'api',
        name: body.name,
        role: body.role,
        limit: knownLimit(body, names),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      })
      return { ...tokenView(created.token, names), token: created.secret }
    },
    async deleteToken({ params }) {
      await book.removeApiToken(/^[1-9]\d{0,14}$/.test(params.id) ? Number(params.id) : 0)
    },
  } satisfies HandlersOf<'signIn' | 'getSession' | 'signOut' | 'listTokens' | 'createToken' | 'deleteToken'>
}

const apiTokens = (book: TokenBook): StoredToken[] =>
  book
    .all()
    .filter((token) => token.kind === 'api')
    .sort((a, b) => a.id - b.id)

function futureTime(text: string, clock: Clock): Timestamp {
  const time = timestamp(Date.parse(text))
  if (time > clock.wall()) return time
  throw invalid('expires_at', 'Must lie in the future')
}

/** @throws AppError 'invalid_input' for who cannot be limited, and for a server or a collection that there is not. */
function knownLimit({ role, limit }: TokenInput, names: LimitNames): TokenLimit | undefined {
  if (limit == null) return undefined
  if (role !== 'agent') throw invalid('limit', 'Only agents can be limited: the other roles see every server anyway')
  const servers = limit.servers.map(serverId)
  const collections = limit.collections.map(collectionId)
  const known = { servers: servers.map(names.server), collections: collections.map(names.collection) }
  for (const [what, found] of Object.entries(known)) {
    const at = found.indexOf(undefined)
    if (at >= 0) throw invalid(`limit.${what}.${at}`, 'There is none with this id')
  }
  return { servers, collections }
}
