import type { JsonObject } from '../core/capabilities.ts'
import type { CallNews } from '../core/ports.ts'
import type { ExchangeListener } from './channel.ts'
import { type Conceal, concealObject } from './conceal.ts'
import { META } from './relay-request.ts'

/** What asks a server to tell what happens while it works. A legacy server logs to everybody, asked or not. */
export const newsMeta = ({ progressToken }: ExchangeListener): JsonObject => ({
  ...(progressToken !== undefined && { progressToken }),
  [META.logLevel]: 'info',
})

/** What a notification says of a call; undefined when it is about something else, or says nothing. */
export function newsOf(method: string, params: JsonObject, conceal: Conceal | undefined): CallNews | undefined {
  const shown = () => (conceal ? concealObject(params, conceal) : params)
  switch (method) {
    case 'notifications/progress':
      return readProgress(shown())
    case 'notifications/message':
      return readLog(shown())
    default:
      return undefined
  }
}

function readProgress({ progress, total, message }: JsonObject): CallNews | undefined {
  if (typeof progress !== 'number') return undefined
  return {
    type: 'progress',
    progress,
    ...(typeof total === 'number' && { total }),
    ...(typeof message === 'string' && { message }),
  }
}

function readLog({ level, logger, data = null }: JsonObject): CallNews {
  return {
    type: 'log',
    level: typeof level === 'string' ? level : 'info',
    ...(typeof logger === 'string' && { logger }),
    data,
  }
}
