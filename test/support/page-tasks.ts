import type { Page } from 'playwright-core'
import { z } from 'zod'

const Trace = z.object({
  traceEvents: z.array(
    z.looseObject({
      name: z.string(),
      pid: z.number(),
      tid: z.number(),
      tdur: z.number().optional(),
      args: z.looseObject({ name: z.string().optional() }).optional(),
    }),
  ),
})

/**
 * Processor time in ms of every task of the page's main thread while `work` runs, the longest first. Not the time on the
 * clock, which is that of whatever else the machine does.
 */
export async function pageTasks(page: Page, work: () => Promise<void>): Promise<readonly number[]> {
  const browser = page.context().browser()
  if (!browser) throw new Error('The page has no browser of its own')
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] })
  await work()
  const { traceEvents } = Trace.parse(JSON.parse(String(await browser.stopTracing())))
  const threads = traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
  const isOfPages = ({ pid, tid }: { pid: number; tid: number }) =>
    threads.some((thread) => thread.pid === pid && thread.tid === tid)
  return traceEvents
    .filter((event) => event.name.endsWith('RunTask') && isOfPages(event))
    .map(({ tdur = 0 }) => tdur / 1_000)
    .sort((a, b) => b - a)
}
