import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Made anew with each start: what was asked before is asked again. */
const KEY = randomBytes(32)

/**
 * What a server gave a modern client to send back, bound to where it came from: a client cannot hand the state of one
 * server or tool to another.
 */
export const sealState = (state: string, route: string): string => `${mac(state, route)}.${state}`

/** The server's own state; undefined when it was not given out for this route. */
export function openState(sealed: string, route: string): string | undefined {
  const dot = sealed.indexOf('.')
  const state = sealed.slice(dot + 1)
  const given = Buffer.from(sealed.slice(0, Math.max(0, dot)))
  const expected = Buffer.from(mac(state, route))
  return given.length === expected.length && timingSafeEqual(given, expected) ? state : undefined
}

const mac = (state: string, route: string): string =>
  createHmac('sha256', KEY)
    .update(JSON.stringify([route, state]))
    .digest('base64url')
