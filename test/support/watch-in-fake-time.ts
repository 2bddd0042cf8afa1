import { AppError } from '../../src/core/errors.ts'
import type { CheckNotice, StoredEvent } from '../../src/core/events.ts'
import { Feed } from '../../src/core/feed.ts'
import { DEFAULT_BREAKER } from '../../src/core/health/breaker-config.ts'
import { derive } from '../../src/core/health/status.ts'
import { Recorder } from '../../src/core/history/recorder.ts'
import { serverId } from '../../src/core/ids.ts'
import type { Change, LoadedServer } from '../../src/core/ports.ts'
import { Fleet } from '../../src/core/watch/fleet.ts'
import { FleetAlarm } from '../../src/core/watch/fleet-alarm.ts'
import { Journal } from '../../src/core/watch/journal.ts'
import { Monitor } from '../../src/core/watch/monitor.ts'
import { Registry } from '../../src/core/watch/registry.ts'
import { StallWatch } from '../../src/core/watch/stall-watch.ts'
import { anHttpConfig, FakeClock, FakeUpstreams, rise } from './fakes.ts'

export type WatchOptions = {
  /** A number in [0, 1); 0.5 unless told otherwise. */
  readonly random?: () => number
  /** Before each transaction is through. */
  commitMs?: number
  /** Whether transactions fail. */
  fails?: boolean
}

/** The core that watches servers, put together in time that a test moves; upstreams and store are faked. */
export function watchInFakeTime(options: WatchOptions = {}) {
  const clock = new FakeClock()
  const fleet = new Fleet()
  const upstreams = new FakeUpstreams()
  const events = new Feed<StoredEvent>(rise)
  const checks = new Feed<CheckNotice>(rise)
  const stored: Change[] = []
  const told: StoredEvent[] = []
  const errors: unknown[] = []
  const kept: LoadedServer[] = []
  let seq = 0
  let lastId = 0
  const store = {
    async commit(changes: readonly Change[]) {
      const { commitMs } = options
      if (commitMs !== undefined) await new Promise<void>((resolve) => clock.after(commitMs, resolve))
      if (options.fails) throw new AppError('unavailable', 'database is locked')
      stored.push(...changes)
      return changes.flatMap((change) =>
        change.type === 'event' ? [{ seq: ++seq, at: change.at, event: change.event }] : [],
      )
    },
    loadServers: async () => kept,
    reserveServerIds: async (count: number) => Array.from({ length: count }, () => serverId(++lastId)),
  }
  events.subscribe((event) => told.push(event))
  const { random = () => 0.5 } = options
  const onError = (error: unknown) => errors.push(error)
  const journal = new Journal({ store, events, clock, onError })
  const monitor = new Monitor({
    fleet,
    journal,
    upstreams,
    checks,
    clock,
    random,
    onError,
    alarm: new FleetAlarm(fleet),
    stalls: new StallWatch(clock),
    recorder: new Recorder(clock),
  })
  const registry = new Registry({
    fleet,
    monitor,
    journal,
    upstreams,
    store,
    clock,
    random,
    breaker: () => DEFAULT_BREAKER,
    view: ({ server }) => ({ id: server.id }),
  })
  const create = async (count = 1) => {
    const entries = Array.from({ length: count }, (_, n) => ({
      config: anHttpConfig({ name: `server-${n + 1}` }),
      enabled: true,
    }))
    return (await registry.createAll(entries)).map(({ server }) => server.id)
  }
  const statuses = () =>
    told.flatMap(({ event }) =>
      event.type === 'mcp_status_change' ? [`${event.oldStatus} -> ${event.newStatus}`] : [],
    )
  const status = (id: number) => derive(fleet.get(serverId(id)).state)
  return {
    clock,
    fleet,
    upstreams,
    monitor,
    registry,
    journal,
    events,
    checks,
    stored,
    told,
    errors,
    create,
    statuses,
    status,
  }
}
