import { Button } from '@mantine/core'
import { useState } from 'react'
import classes from './JsonTree.module.css'

/** What is open at first, and how much is shown at once: answers of servers have any size. */
const OPEN_LEVELS = 2
const PAGE = 100
const MAX_TEXT = 2_000

type Props = { readonly value: unknown; readonly label: string }

/** JSON to look into, level by level. What is closed is not in the page. */
export const JsonTree = ({ value, label }: Props) => (
  <section className={classes.tree} aria-label={label}>
    <Node value={value} level={0} />
  </section>
)

function Node({ name, value, level }: { name?: string; value: unknown; level: number }) {
  const [isOpen, setOpen] = useState(level < OPEN_LEVELS)
  const [shown, setShown] = useState(PAGE)
  const key = name !== undefined && <span className={classes.name}>{name}: </span>
  if (typeof value !== 'object' || value === null) {
    return (
      <div>
        {key}
        <Leaf value={value} />
      </div>
    )
  }
  const parts = Object.entries(value)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  if (parts.length === 0) {
    return (
      <div>
        {key}
        {open}
        {close}
      </div>
    )
  }
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        {key}
        {open}
        {!isOpen && (
          <span className={classes.count}>
            {' '}
            {parts.length} {parts.length === 1 ? 'entry' : 'entries'} {close}
          </span>
        )}
      </summary>
      {isOpen && (
        <>
          <div className={classes.parts}>
            {parts.slice(0, shown).map(([part, inside]) => (
              <Node key={part} name={part} value={inside} level={level + 1} />
            ))}
            {parts.length > shown && (
              <Button variant="subtle" onClick={() => setShown(shown + PAGE)}>
                Show more ({parts.length - shown} left)
              </Button>
            )}
          </div>
          {close}
        </>
      )}
    </details>
  )
}

function Leaf({ value }: { value: unknown }) {
  const [isWhole, setWhole] = useState(false)
  const text = JSON.stringify(value) ?? 'undefined'
  if (isWhole || text.length <= MAX_TEXT) return <span data-type={typeof value}>{text}</span>
  return (
    <>
      <span data-type={typeof value}>{text.slice(0, MAX_TEXT)}…</span>{' '}
      <Button variant="subtle" onClick={() => setWhole(true)}>
        Show all {text.length.toLocaleString()} characters
      </Button>
    </>
  )
}
