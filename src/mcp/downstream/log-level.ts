import type { Json, JsonObject } from '../../core/capabilities.ts'
import { isObject } from '../json-rpc.ts'
import { META } from '../relay-request.ts'

/** From chatter to the end of the world (RFC 5424). */
const LEVELS: readonly Json[] = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']

export const isLogLevel = (level: Json | undefined): level is string => level !== undefined && LEVELS.includes(level)

/** Whether a request of the modern era, with these params, asked for log messages like this one; most ask for none. */
export function isWanted({ level }: JsonObject, { _meta }: JsonObject): boolean {
  const least = isObject(_meta) ? _meta[META.logLevel] : undefined
  return isLogLevel(least) && (!isLogLevel(level) || isAtLeast(level, least))
}

export const isAtLeast = (level: string, least: string): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(least)
