import { type Clock, type Timestamp, timestamp } from '../../core/clock.ts'
import type { StoredToken } from '../../core/token.ts'
import type { Auth } from '../access/auth.ts'
import type { TokenBook } from '../access/token-book.ts'
import type { HandlersOf } from '../http/register-routes.ts'
import { invalid } from '../views/invalid.ts'
import { sessionView, tokenView } from '../views/token.ts'
import { cursorNumber } from './cursor.ts'

type Deps = { readonly auth: Auth; readonly book: TokenBook; readonly clock: Clock }

/** Signing in and out, and the tokens that let people in. */
export function accessHandlers({ auth, book, clock }: Deps) {
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
      return { tokens: page.map(tokenView), next_cursor: last && tokens.length > page.length ? String(last.id) : null }
    },
    async createToken({ body }) {
      const expiresAt = body.expires_at == null ? undefined : futureTime(body.expires_at, clock)
      const created = await book.create({
        kind: 'api',
        name: body.name,
        role: body.role,
        ...(expiresAt === undefined ? {} : { expiresAt }),
      })
      return { ...tokenView(created.token), token: created.secret }
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
