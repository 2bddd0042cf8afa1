import type { ServerView } from '../../api/server-view.ts'
import type { View } from '../context.ts'
import { serverBlocks, serverSummary } from './server-table.ts'
import { STATUSES } from './status-mark.ts'
import { cut } from './width.ts'

/**
 * Lines that fill at most `rows` of a screen: a headline, the table, and how many did not fit. When not all fit, those
 * in trouble come first.
 */
export function watchFrame(servers: readonly ServerView[], note: string, rows: number, view: View): readonly string[] {
  const { paint, width } = view
  const headline = `${serverSummary(servers)}${note === '' ? '' : `  ${note}`}`
  const head = [paint.strong(cut(headline, width)), '']
  if (servers.length === 0) return [...head, 'No servers yet. Add one with: omni2 add <name> <url>'].slice(0, rows)
  const byName = [...servers].sort((a, b) => (a.name < b.name ? -1 : 1))
  const all = serverBlocks(byName, view)
  const room = rows - head.length - 1
  if (all.blocks.flat().length <= room) return [...head, all.title, ...all.blocks.flat()]

  const urgent = byName.sort((a, b) => STATUSES.indexOf(a.health_status) - STATUSES.indexOf(b.health_status))
  const { title, blocks } = serverBlocks(urgent, view)
  const shown: string[] = []
  let count = 0
  for (const block of blocks) {
    if (shown.length + block.length > room - 1) break
    shown.push(...block)
    count += 1
  }
  return [...head, title, ...shown, paint.quiet(`${servers.length - count} more; narrow with --status`)].slice(0, rows)
}
