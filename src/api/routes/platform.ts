import { z } from 'zod'
import { EventMetadata } from '../event-metadata.ts'
import { EventList, EventQuery } from '../events-view.ts'
import { LiveAnswer, ReadyAnswer } from '../own-health.ts'
import { pathId } from '../query.ts'
import { API, type Route } from '../route.ts'
import { SessionInput, SessionView } from '../session.ts'
import { SettingsInput, SettingsView } from '../settings.ts'
import { TokenCreated, TokenInput, TokenList, TokenQuery } from '../tokens.ts'

const access = ['access']
const events = ['events']
const own = ['omni2']

/** Signing in, tokens, settings, events, and Omni2's own health. */
export const platformRoutes = {
  signIn: {
    method: 'POST',
    path: `${API}/session`,
    access: 'public',
    summary: 'Sign in with a token or a one-time code; sets the cookie',
    tags: access,
    body: SessionInput,
    status: 200,
    answer: SessionView,
  },
  getSession: {
    method: 'GET',
    path: `${API}/session`,
    access: 'viewer',
    summary: 'Who am I',
    tags: access,
    status: 200,
    answer: SessionView,
  },
  signOut: {
    method: 'DELETE',
    path: `${API}/session`,
    access: 'viewer',
    summary: 'Sign out',
    tags: access,
    status: 204,
  },
  listTokens: {
    method: 'GET',
    path: `${API}/tokens`,
    access: 'admin',
    summary: 'API tokens, without their secrets',
    tags: access,
    query: TokenQuery,
    status: 200,
    answer: TokenList,
  },
  createToken: {
    method: 'POST',
    path: `${API}/tokens`,
    access: 'admin',
    summary: 'Make an API token; its secret is shown this once',
    tags: access,
    body: TokenInput,
    status: 201,
    answer: TokenCreated,
  },
  deleteToken: {
    method: 'DELETE',
    path: `${API}/tokens/:id`,
    access: 'admin',
    summary: 'Revoke an API token and the sessions made from it',
    tags: access,
    params: z.strictObject({ id: pathId }),
    status: 204,
  },
  getSettings: {
    method: 'GET',
    path: `${API}/settings`,
    access: 'viewer',
    summary: 'Settings',
    tags: own,
    status: 200,
    answer: SettingsView,
  },
  updateSettings: {
    method: 'PUT',
    path: `${API}/settings`,
    access: 'admin',
    summary: 'Change settings',
    tags: own,
    body: SettingsInput,
    status: 200,
    answer: SettingsView,
  },
  listEvents: {
    method: 'GET',
    path: `${API}/events`,
    access: 'viewer',
    summary: 'What happened after an event, oldest first',
    tags: events,
    query: EventQuery,
    status: 200,
    answer: EventList,
  },
  getEventMetadata: {
    method: 'GET',
    path: `${API}/events/metadata`,
    access: 'viewer',
    summary: 'The event types and the fields they can be filtered by',
    tags: events,
    status: 200,
    answer: EventMetadata,
  },
  getLive: {
    method: 'GET',
    path: '/health/live',
    access: 'public',
    summary: 'Omni2 runs',
    tags: own,
    status: 200,
    answer: LiveAnswer,
  },
  getReady: {
    method: 'GET',
    path: '/health/ready',
    access: 'public',
    summary: 'Omni2 can do its work',
    tags: own,
    status: 200,
    answer: ReadyAnswer,
  },
  getMetrics: {
    method: 'GET',
    path: '/metrics',
    access: 'viewer',
    summary: 'Metrics for Prometheus',
    tags: own,
    status: 200,
    answer: z.string(),
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
  },
} as const satisfies Record<string, Route>
