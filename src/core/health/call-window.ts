import type { Instant } from '../clock.ts'
import type { CallBucket } from './state.ts'

/** The failure-rate rule looks at calls of the last minute, in buckets of two seconds. */
const WINDOW = { ms: 60_000, bucketMs: 2_000, minCalls: 10, failedShare: 0.5, sources: 2 } as const

type Window = readonly CallBucket[]
/** One call, or several that ended alike. */
type Call = { readonly failed: boolean; readonly source: string; readonly calls: number }

/** The window with these calls too; what is older than a minute is gone from it. */
export function addCall(window: Window, call: Call, now: Instant): Window {
  const kept = prune(window, now)
  const last = kept.at(-1)
  if (last && now - last.at < WINDOW.bucketMs) return [...kept.slice(0, -1), counted(last, call)]
  const empty = { at: now, calls: 0, failed: 0, failedSources: [] }
  return [...kept, counted(empty, call)]
}

/** The same window when nothing in it is too old. */
export function prune(window: Window, now: Instant): Window {
  const young = (bucket: CallBucket) => now - bucket.at < WINDOW.ms
  return window.every(young) ? window : window.filter(young)
}

/** At least half of at least ten calls failed, for two sources or more: one broken tool is not a broken server. */
export function rateTooHigh(window: Window): boolean {
  const calls = sum(window, (bucket) => bucket.calls)
  const failed = sum(window, (bucket) => bucket.failed)
  if (calls < WINDOW.minCalls || failed < calls * WINDOW.failedShare) return false
  return new Set(window.flatMap((bucket) => bucket.failedSources)).size >= WINDOW.sources
}

function counted(bucket: CallBucket, { failed, source, calls: more }: Call): CallBucket {
  const { failedSources } = bucket
  const calls = bucket.calls + more
  if (!failed) return { ...bucket, calls }
  const known = failedSources.length >= WINDOW.sources || failedSources.includes(source)
  return {
    ...bucket,
    calls,
    failed: bucket.failed + more,
    failedSources: known ? failedSources : [...failedSources, source],
  }
}

const sum = (window: Window, of: (bucket: CallBucket) => number): number =>
  window.reduce((total, bucket) => total + of(bucket), 0)
