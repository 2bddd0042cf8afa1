import type { ToolCallNews } from '../../api/tool-call.ts'

type News<K extends ToolCallNews['type']> = Extract<ToolCallNews, { readonly type: K }>

/** What a server said while a tool ran. */
export type Meanwhile = {
  readonly progress?: News<'progress'>
  /** The last of them. */
  readonly logs: readonly News<'log'>[]
  readonly logCount: number
}

export const NOTHING_YET: Meanwhile = { logs: [], logCount: 0 }
const MAX_LOGS = 100

export function withNews(before: Meanwhile, news: readonly ToolCallNews[]): Meanwhile {
  const progress = news.findLast((one) => one.type === 'progress') ?? before.progress
  const logs = news.filter((one) => one.type === 'log')
  return {
    ...(progress && { progress }),
    logs: [...before.logs, ...logs].slice(-MAX_LOGS),
    logCount: before.logCount + logs.length,
  }
}

/** Such as "2 of 5: half way". */
export function progressText({ progress, total, message }: News<'progress'>): string {
  const count = total === null ? `${progress}` : `${progress} of ${total}`
  return message ? `${count}: ${message}` : count
}

/** 0 to 100; undefined where nobody knows how much there is. */
export const percent = ({ progress, total }: News<'progress'>): number | undefined =>
  total === null || total <= 0 ? undefined : Math.min(100, Math.max(0, (progress / total) * 100))
