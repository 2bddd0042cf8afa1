import { type KeyboardEvent, type PointerEvent, useState } from 'react'
import type { RecentCheckView } from '../../api/recent-check.ts'
import { useNow } from '../ui/use-now.ts'
import classes from './CheckBar.module.css'
import { beatLook, beatText } from './check-beats.ts'

type Props = { readonly name: string; readonly checks: readonly RecentCheckView[] }

const SLOTS = 40
const SLOT_PX = 4
const HEIGHT_PX = 20
const TONES = ['good', 'warn', 'bad', 'quiet'] as const

/** The last checks, the newest at the right. Pointed at, or stepped through with the arrow keys, each says what it was. */
export function CheckBar({ name, checks }: Props) {
  const [pointed, setPointed] = useState<{ readonly slot: number; readonly left: number; readonly top: number }>()
  const first = SLOTS - checks.length
  const point = (element: Element, slot: number) => {
    const { left, top } = element.getBoundingClientRect()
    const within = Math.min(Math.max(slot, first), SLOTS - 1)
    setPointed({ slot: within, left: left + (within + 0.5) * SLOT_PX, top })
  }
  const hover = ({ currentTarget, clientX }: PointerEvent) =>
    point(currentTarget, Math.floor((clientX - currentTarget.getBoundingClientRect().left) / SLOT_PX))
  const step = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -SLOTS, End: SLOTS }[event.key]
    if (by === undefined) return
    event.preventDefault()
    point(event.currentTarget, (pointed?.slot ?? SLOTS - 1) + by)
  }
  if (checks.length === 0) return <span className={classes.none}>no check yet</span>
  const at = pointed ? pointed.slot - first : checks.length - 1
  return (
    <>
      <div
        className={classes.bar}
        role="slider"
        tabIndex={0}
        aria-label={`Last checks of ${name}`}
        aria-valuemin={1}
        aria-valuemax={checks.length}
        aria-valuenow={at + 1}
        aria-valuetext={checks[at] && beatText(checks[at], Date.now())}
        onPointerMove={hover}
        onPointerLeave={() => setPointed(undefined)}
        onFocus={({ currentTarget }) => currentTarget.matches(':focus-visible') && point(currentTarget, SLOTS - 1)}
        onBlur={() => setPointed(undefined)}
        onKeyDown={step}
      >
        <svg width={SLOTS * SLOT_PX} height={HEIGHT_PX} aria-hidden>
          {TONES.map((tone) => (
            <path key={tone} data-tone={tone} d={beats(checks, first, tone)} />
          ))}
          {pointed && <path className={classes.pointed} d={beat(pointed.slot, 1)} />}
        </svg>
      </div>
      {pointed && checks[at] && <BeatLabel check={checks[at]} left={pointed.left} top={pointed.top} />}
    </>
  )
}

/** Above the bar, out of the table's own scrolling. */
const BeatLabel = ({ check, left, top }: { check: RecentCheckView; left: number; top: number }) => (
  <div className={classes.label} style={{ left, top }} aria-hidden>
    {beatText(check, useNow())}
  </div>
)

const beats = (checks: readonly RecentCheckView[], first: number, tone: string): string =>
  checks
    .map((check, index) => {
      const look = beatLook(check)
      return look.tone === tone ? beat(first + index, look.height) : ''
    })
    .join('')

const beat = (slot: number, height: number): string =>
  `M${slot * SLOT_PX},${HEIGHT_PX * (1 - height)}h${SLOT_PX - 1}V${HEIGHT_PX}h-${SLOT_PX - 1}z`
