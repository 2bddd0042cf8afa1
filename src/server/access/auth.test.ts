import { expect, test } from 'vitest'
import { FakeClock, settle } from '../../../test/support/fakes.ts'
import { MemoryTokens } from '../../../test/support/memory-tokens.ts'
import { timestamp } from '../../core/clock.ts'
import { Secret } from '../../core/config/secret.ts'
import { ROLES, type Role } from '../../core/token.ts'
import { Auth } from './auth.ts'
import { bootstrap } from './bootstrap.ts'
import { may } from './principal.ts'
import { hashSecret, isMinted, mintSecret } from './secrets.ts'
import { TokenBook } from './token-book.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

function setup(store = new MemoryTokens()) {
  const clock = new FakeClock()
  const errors: unknown[] = []
  const book = new TokenBook({ store, clock, onError: (error) => errors.push(error) })
  const auth = new Auth({ book, clock })
  const bearer = (secret: string, address = 'a') =>
    auth.authenticate({ authorization: `Bearer ${secret}`, session: undefined }, address)
  const cookie = (session: string) => auth.authenticate({ authorization: undefined, session }, 'a')
  const apiToken = async (role: Role, lifeMs?: number) => {
    const expiresAt = lifeMs === undefined ? {} : { expiresAt: timestamp(clock.wall() + lifeMs) }
    return book.create({ kind: 'api', name: `the ${role}`, role, ...expiresAt })
  }
  return { store, clock, errors, book, auth, bearer, cookie, apiToken }
}

test('a bearer token proves a role; only its hash is kept', async () => {
  const { store, bearer, apiToken } = setup()
  const { secret, token } = await apiToken('operator')
  expect(await bearer(secret)).toEqual({
    tokenId: token.id,
    rootId: token.id,
    kind: 'api',
    name: 'the operator',
    role: 'operator',
    expiresAt: undefined,
  })
  expect(JSON.stringify(store.rows)).not.toContain(secret)
  expect(store.rows[0]?.hash).toBe(hashSecret(secret))
})

test.each(['', 'Basic abc', 'Bearer', 'Bearer a b', 'omni2_admin_x', `Bearer ${mintSecret('admin')}`])(
  'the header "%s" proves nothing',
  async (authorization) => {
    const { auth } = setup()
    expect(await auth.authenticate({ authorization, session: undefined }, 'a')).toBeUndefined()
  },
)

test('a wrong header is not saved by a good cookie', async () => {
  const { auth, apiToken } = setup()
  const { secret } = await auth.signIn((await apiToken('viewer')).secret, 'a')
  expect(await auth.authenticate({ authorization: 'Bearer wrong', session: secret }, 'a')).toBeUndefined()
})

test('a session works as a cookie only, a token as a bearer only, a code as neither', async () => {
  const { auth, bearer, cookie, apiToken } = setup()
  const { secret, token } = await apiToken('admin')
  const session = await auth.signIn(secret, 'a')
  const code = await auth.createSignInCode(token)
  expect(await cookie(session.secret)).toMatchObject({ kind: 'session', role: 'admin', rootId: token.id })
  expect(await bearer(session.secret)).toBeUndefined()
  expect(await cookie(secret)).toBeUndefined()
  expect(await bearer(code)).toBeUndefined()
  expect(await cookie(code)).toBeUndefined()
})

test('a code signs in once, also when two use it at the same moment', async () => {
  const { auth, cookie, apiToken } = setup()
  const { token } = await apiToken('admin')
  const code = await auth.createSignInCode(token)
  const both = await Promise.allSettled([auth.signIn(code, 'a'), auth.signIn(code, 'b')])
  expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected'])
  await expect(auth.signIn(code, 'c')).rejects.toMatchObject({ code: 'unauthenticated' })
  const session = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))[0]
  expect(await cookie(session?.secret ?? '')).toMatchObject({ role: 'admin', rootId: token.id })
})

test('a code ends after 10 minutes', async () => {
  const { auth, clock, apiToken } = setup()
  const code = await auth.createSignInCode((await apiToken('admin')).token)
  await clock.advance(10 * MINUTE)
  await expect(auth.signIn(code, 'a')).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('an agent cannot sign in', async () => {
  const { auth, apiToken } = setup()
  await expect(auth.signIn((await apiToken('agent')).secret, 'a')).rejects.toMatchObject({ code: 'forbidden' })
})

test('a token stops at its expiry, and its sessions never outlive it', async () => {
  const { auth, clock, bearer, cookie, apiToken } = setup()
  const { secret } = await apiToken('viewer', HOUR)
  const session = await auth.signIn(secret, 'a')
  expect(session.expiresAt).toBe(clock.wall() + HOUR)
  await clock.advance(HOUR)
  expect(await bearer(secret)).toBeUndefined()
  expect(await cookie(session.secret)).toBeUndefined()
})

test('a session ends after 7 days', async () => {
  const { auth, clock, cookie, apiToken } = setup()
  const { secret } = await auth.signIn((await apiToken('viewer')).secret, 'a')
  await clock.advance(7 * 24 * HOUR - 1)
  expect(await cookie(secret)).toBeDefined()
  await clock.advance(1)
  expect(await cookie(secret)).toBeUndefined()
})

test('deleting a token ends its sessions and says so at once', async () => {
  const { auth, book, bearer, cookie, apiToken } = setup()
  await apiToken('admin')
  const { secret, token } = await apiToken('operator')
  const session = await auth.signIn(secret, 'a')
  const revoked: number[] = []
  book.revoked.subscribe((ids) => revoked.push(...ids))
  await book.removeApiToken(token.id)
  expect(await bearer(secret)).toBeUndefined()
  expect(await cookie(session.secret)).toBeUndefined()
  expect(revoked.sort()).toEqual([token.id, session.principal.tokenId])
})

test('signing out ends the session and not the token', async () => {
  const { auth, store, bearer, cookie, apiToken } = setup()
  const { secret } = await apiToken('viewer')
  const session = await auth.signIn(secret, 'a')
  await auth.signOut(session.principal)
  expect(await cookie(session.secret)).toBeUndefined()
  expect(await bearer(secret)).toBeDefined()
  expect(store.rows).toHaveLength(1)
})

test('a token keeps at most 50 sessions; the oldest gives way, however the clock was set', async () => {
  const { auth, clock, cookie, apiToken } = setup()
  const { secret } = await apiToken('viewer')
  const sessions: string[] = []
  for (let i = 0; i < 51; i++) {
    sessions.push((await auth.signIn(secret, 'a')).secret)
    clock.jumpWall(-1_000)
  }
  expect(await cookie(sessions[0] ?? '')).toBeUndefined()
  expect(await cookie(sessions[1] ?? '')).toBeDefined()
})

test('the last admin token cannot be deleted', async () => {
  const { book, apiToken } = setup()
  const { token } = await apiToken('admin')
  await apiToken('operator')
  await expect(book.removeApiToken(token.id)).rejects.toMatchObject({ code: 'conflict' })
  await apiToken('admin')
  await book.removeApiToken(token.id)
  await expect(book.removeApiToken(token.id)).rejects.toMatchObject({ code: 'not_found' })
})

test('a token that another process wrote works at once, and one it deleted ends within 10 s', async () => {
  const { store, clock, book, bearer } = setup()
  const stop = await book.start()
  const other = setup(store)
  const { secret, token } = await other.apiToken('operator')
  expect(await bearer(secret)).toMatchObject({ role: 'operator' })

  const revoked: number[] = []
  book.revoked.subscribe((ids) => revoked.push(...ids))
  await other.book.remove(token.id)
  await clock.advance(10_000)
  expect(await bearer(secret)).toBeUndefined()
  expect(revoked).toEqual([token.id])
  stop()
  const reads = store.reads
  await clock.advance(MINUTE)
  expect(store.reads).toBe(reads)
})

test('a session whose token is gone opens nothing, even when it was left behind', async () => {
  const { store, auth, book, cookie, apiToken } = setup()
  const { secret, token } = await apiToken('operator')
  const session = await auth.signIn(secret, 'a')
  store.rows = store.rows.filter((row) => row.id !== token.id)
  await book.refresh()
  expect(await cookie(session.secret)).toBeUndefined()
  expect(store.rows).toEqual([])
})

test('a list that was read before a token was made does not take it away', async () => {
  const { store, book, bearer, apiToken } = setup()
  const stale = await store.tokens()
  const read = store.tokens.bind(store)
  const answer = Promise.withResolvers<typeof stale>()
  store.tokens = () => {
    store.tokens = read
    return answer.promise
  }
  const refreshed = book.refresh()
  const { secret } = await apiToken('operator')
  answer.resolve(stale)
  await refreshed
  const reads = store.reads
  expect(await bearer(secret)).toBeDefined()
  expect(store.reads).toBe(reads)
})

test('a stale token repeated a thousand times reads the store once and locks nobody out', async () => {
  const { store, bearer, apiToken } = setup()
  const { secret } = await apiToken('viewer')
  for (let i = 0; i < 1_000; i++) expect(await bearer('stale-token-of-somebody')).toBeUndefined()
  expect(store.reads).toBe(1)
  expect(await bearer(secret)).toBeDefined()
})

test('who guesses is refused for a minute, even the right guess; minted tokens still work from there', async () => {
  const { book, clock, bearer, apiToken } = setup()
  await book.create({ kind: 'api', name: 'chosen', role: 'admin', secret: 'correct-horse-battery' })
  const { secret } = await apiToken('viewer')
  for (let i = 0; i < 20; i++) expect(await bearer(`guess-number-${i}`)).toBeUndefined()
  await expect(bearer('correct-horse-battery')).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: MINUTE })
  expect(await bearer('correct-horse-battery', 'elsewhere')).toBeDefined()
  expect(await bearer(secret)).toBeDefined()
  await clock.advance(MINUTE)
  expect(await bearer('correct-horse-battery')).toBeDefined()
})

test('an unreachable database does not stop tokens that are known, and condemns none that is not', async () => {
  const { store, bearer, apiToken } = setup()
  const { secret } = await apiToken('viewer')
  const other = setup(store)
  store.broken = new Error('database is gone')
  expect(await bearer(secret)).toBeDefined()
  await expect(other.bearer(secret)).rejects.toThrow('database is gone')
  store.broken = undefined
  expect(await other.bearer(secret)).toBeDefined()
})

test('use is noted at most once a minute', async () => {
  const { store, clock, bearer, apiToken } = setup()
  const { secret } = await apiToken('viewer')
  const first = clock.wall()
  await bearer(secret)
  await clock.advance(MINUTE - 1)
  await bearer(secret)
  await settle()
  expect(store.rows[0]?.lastUsedAt).toBe(first)
  await clock.advance(1)
  await bearer(secret)
  await settle()
  expect(store.rows[0]?.lastUsedAt).toBe(first + MINUTE)
})

test('ended sessions and codes leave the store; expired API tokens stay', async () => {
  const { store, clock, auth, book, apiToken } = setup()
  const { secret, token } = await apiToken('viewer', HOUR)
  await auth.signIn(secret, 'a')
  await auth.createSignInCode(token)
  await clock.advance(HOUR)
  await book.refresh()
  expect(store.rows.map((row) => row.kind)).toEqual(['api'])
})

test('the first start makes an admin token and a code; the second makes nothing', async () => {
  const { book, auth, bearer } = setup()
  const first = await bootstrap(book, auth, undefined)
  expect(isMinted(first?.adminToken ?? '')).toBe(true)
  expect(await bearer(first?.adminToken ?? '')).toMatchObject({ role: 'admin' })
  expect((await auth.signIn(first?.signInCode ?? '', 'a')).principal.role).toBe('admin')
  expect(await bootstrap(book, auth, undefined)).toBeUndefined()
})

test('a configured admin token works, is not shown, and replaces the one configured before', async () => {
  const { book, auth, bearer } = setup()
  const old = await bootstrap(book, auth, new Secret('configured-admin-token-1'))
  expect(old).toMatchObject({ adminToken: undefined })
  expect(await bearer('configured-admin-token-1')).toMatchObject({ role: 'admin' })
  expect(await bootstrap(book, auth, new Secret('configured-admin-token-1'))).toBeUndefined()
  await bootstrap(book, auth, new Secret('configured-admin-token-2'))
  expect(await bearer('configured-admin-token-1')).toBeUndefined()
  expect(await bearer('configured-admin-token-2')).toMatchObject({ role: 'admin' })
})

test('roles grant what the contract says', () => {
  const granted = ROLES.map((role) => [
    role,
    (['public', 'viewer', 'operator', 'admin'] as const).filter((access) => may(role, access)),
  ])
  expect(Object.fromEntries(granted)).toEqual({
    viewer: ['public', 'viewer'],
    operator: ['public', 'viewer', 'operator'],
    admin: ['public', 'viewer', 'operator', 'admin'],
    agent: ['public'],
  })
})
