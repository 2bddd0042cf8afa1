import type { CapabilityChangeView } from '../../api/capabilities-view.ts'
import { localTime } from '../../api/time-text.ts'
import type { Paint } from './paint.ts'
import { oneLine } from './printable.ts'

const SIGNS = { added: '+', removed: '-', changed: '~' } as const satisfies Record<
  CapabilityChangeView['change'],
  string
>

/** A line for each change, and for one that changed the names of the parts that did. */
export const capabilityChangeLines = (changes: readonly CapabilityChangeView[], paint: Paint): string =>
  changes
    .map((one) => {
      const what = `${SIGNS[one.change]} ${one.kind} ${paint.strong(oneLine(one.name))}`
      return [paint.quiet(localTime(one.seen_at)), what, ...about(one)].join(' ')
    })
    .join('\n')

function about({ change, before, after, truncated, omitted }: CapabilityChangeView): readonly string[] {
  const notes = [
    ...(truncated ? ['too large to be kept'] : []),
    ...(omitted > 0 ? [`${omitted} more at that time`] : []),
  ]
  if (change === 'changed' && before && after) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    const changed = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    notes.unshift(changed.map(oneLine).join(', '))
  }
  return notes.length > 0 ? [`(${notes.join('; ')})`] : []
}
