import { z } from 'zod'
import { ERAS, type Identity } from '../core/check.ts'
import type { SavedState } from '../core/health/saved-state.ts'
import { HEALTH_STATUSES } from '../core/health/state.ts'
import { maybe, StoredFailure, StoredTimestamp } from './stored.ts'

const inactive = { kind: z.literal('inactive'), at: StoredTimestamp, wouldBeHealthy: maybe(z.boolean()) }

const StoredAdmin = z.union([
  z.object({ kind: z.literal('active') }),
  z.object({ ...inactive, by: z.literal('user') }),
  z.object({ ...inactive, by: z.literal('auto'), reason: z.string() }),
]) satisfies z.ZodType<SavedState['admin']>

const StoredCircuit = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('closed'), failures: z.number(), cycles: z.number() }),
  z.object({
    kind: z.literal('open'),
    openedAt: StoredTimestamp,
    retryAt: StoredTimestamp,
    failures: z.number(),
    cycles: z.number(),
    failedCanaries: z.number(),
  }),
  z.object({
    kind: z.literal('half_open'),
    openedAt: StoredTimestamp,
    failures: z.number(),
    cycles: z.number(),
    failedCanaries: z.number(),
  }),
]) satisfies z.ZodType<SavedState['circuit']>

const StoredHealth = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('unknown'), cause: z.enum(['never_checked', 'stale']) }),
  z.object({ kind: z.literal('up'), failures: z.number() }),
  z.object({
    kind: z.literal('down'),
    transport: z.boolean(),
    authRequired: z.boolean(),
    failure: StoredFailure,
  }),
]) satisfies z.ZodType<SavedState['health']>

export const StoredState = z.object({
  revision: z.number(),
  generation: z.number(),
  status: z.enum(HEALTH_STATUSES),
  statusSince: StoredTimestamp,
  admin: StoredAdmin,
  circuit: StoredCircuit,
  health: StoredHealth,
  downSince: maybe(StoredTimestamp),
  lastCheckAt: maybe(StoredTimestamp),
  lastSuccessAt: maybe(StoredTimestamp),
  responseTimeMs: maybe(z.number()),
  flap: z.object({ penalty: z.number(), at: StoredTimestamp, active: z.boolean() }),
  throttledMs: z.number(),
}) satisfies z.ZodType<SavedState>

export const StoredIdentity = z.object({
  era: z.enum(ERAS),
  protocolVersion: z.string(),
  serverInfo: maybe(z.object({ name: z.string(), version: z.string() })),
  instructions: z.string().optional(),
}) satisfies z.ZodType<Identity>
