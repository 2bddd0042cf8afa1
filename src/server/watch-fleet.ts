import { randomUUID } from 'node:crypto'
import { BreakerConfigInput } from '../api/breaker.ts'
import { SettingsInput } from '../api/settings.ts'
import type { Clock } from '../core/clock.ts'
import type { CheckNotice, StoredEvent } from '../core/events.ts'
import { Feed } from '../core/feed.ts'
import type { StoredCall } from '../core/gateway/call-history.ts'
import { CallLog } from '../core/gateway/call-log.ts'
import { Catalog, type ListChange } from '../core/gateway/catalog.ts'
import { Collections } from '../core/gateway/collections.ts'
import { RecentTraffic } from '../core/gateway/recent-traffic.ts'
import { DEFAULT_BREAKER } from '../core/health/breaker-config.ts'
import { Compaction } from '../core/history/compaction.ts'
import { Recorder } from '../core/history/recorder.ts'
import { Reports } from '../core/history/reports.ts'
import type { Store, Upstreams } from '../core/ports.ts'
import { Bulkhead } from '../core/watch/bulkhead.ts'
import { Calls } from '../core/watch/calls.ts'
import { type CheckJob, CheckJobs } from '../core/watch/check-jobs.ts'
import { Fleet, type Member } from '../core/watch/fleet.ts'
import { FleetAlarm } from '../core/watch/fleet-alarm.ts'
import { Journal } from '../core/watch/journal.ts'
import { Monitor } from '../core/watch/monitor.ts'
import { Registry } from '../core/watch/registry.ts'
import { Settings } from '../core/watch/settings.ts'
import { StallWatch } from '../core/watch/stall-watch.ts'
import type { Shares } from './shares.ts'
import { breakerConfigView, changedBreaker } from './views/breaker.ts'
import { serverView } from './views/server.ts'
import { changedSettings, settingsView } from './views/settings.ts'

type Deps = {
  readonly store: Store
  readonly upstreams: Upstreams
  readonly clock: Clock
  readonly random: () => number
  readonly shares?: Pick<Shares, 'checks'>
  readonly retentionDays: number
  readonly onError: (error: unknown) => void
}

export type Watch = ReturnType<typeof watchFleet>

/** Puts the core together: what is registered, how it is, and who watches it. Nothing is checked until `registry.load()`. */
export function watchFleet({ store, upstreams, shares, clock, random, retentionDays, onError }: Deps) {
  const events = new Feed<StoredEvent>(onError)
  const checks = new Feed<CheckNotice>(onError)
  const progress = new Feed<CheckJob>(onError)
  const fleet = new Fleet()
  const stalls = new StallWatch(clock)
  const journal = new Journal({ store, events, clock, onError })
  const alarm = new FleetAlarm(fleet)
  const recorder = new Recorder(clock)
  const monitor = new Monitor({
    ...{ fleet, journal, upstreams, alarm, stalls, recorder, checks, clock, random, onError },
    mostInFlight: shares?.checks,
  })
  const servers = () => [...fleet.all()].map(({ server }) => server.id)
  const compaction = new Compaction({ store, journal, servers, clock })
  const reports = new Reports({ store, recorder, compaction, clock })
  const settings = new Settings({ store, journal, defaultRetentionDays: retentionDays, stored: storedSettings })
  const breaker = () => settings.values.breaker
  const view = (member: Member) => serverView(member, clock)
  const registry = new Registry({ fleet, monitor, journal, upstreams, store, breaker, view, clock, random })
  const jobs = new CheckJobs({ monitor, progress, clock, newId: randomUUID })
  const bulkhead = new Bulkhead()
  const endedCalls = new Feed<readonly StoredCall[]>(onError)
  const storedCalls = new Feed<readonly StoredCall[]>(onError)
  const callLog = new CallLog({ store, clock, ended: endedCalls, stored: storedCalls, onError })
  const traffic = new RecentTraffic(clock)
  endedCalls.subscribe((ended) => traffic.count(ended))
  const calls = new Calls({ fleet, monitor, upstreams, bulkhead, clock })
  const collections = new Collections({ store, journal, clock })
  const listChanges = new Feed<ListChange>(onError)
  const catalog = new Catalog({ fleet, clock, changes: listChanges, settings: () => settings.values.gateway })
  checks.subscribe((notice) => catalog.heard(notice))
  events.subscribe(({ event }) => {
    catalog.heard(event)
    if (event.type === 'mcp_server_deleted') collections.serverDeleted(event.serverId, event.serverName).catch(onError)
  })
  return {
    events,
    checks,
    progress,
    fleet,
    journal,
    compaction,
    reports,
    monitor,
    settings,
    registry,
    jobs,
    calls,
    endedCalls,
    storedCalls,
    callLog,
    traffic,
    bulkhead,
    collections,
    catalog,
    listChanges,
    stalls,
  }
}

/** Settings are stored as the API writes them, and read by its schemas. */
const storedSettings: ConstructorParameters<typeof Settings>[0]['stored'] = {
  fromBreaker: breakerConfigView,
  toBreaker: (json) => changedBreaker(DEFAULT_BREAKER, BreakerConfigInput.parse(json)),
  fromCommon: settingsView,
  toCommon: (json, settings) => changedSettings(settings, SettingsInput.parse(json)),
}
