import { Tooltip } from '@mantine/core'
import { type ReactNode, useRef, useState } from 'react'
import classes from './IconButton.module.css'

type Props = {
  /** What it does, or why it may not be pressed. */
  readonly hint: string
  /** Whom it concerns, for who cannot see in which row it stands. */
  readonly of: string
  readonly isOff?: boolean
  readonly isBusy?: boolean
  readonly isRefresh?: boolean
  readonly onPress: () => void
  readonly children: ReactNode
}

/** A button in a row, with a tooltip which also says why it is off. Light, because rows come and go while one scrolls. */
export function IconButton({ hint, of, isOff = false, isBusy = false, isRefresh, onPress, children }: Props) {
  const button = useRef<HTMLButtonElement>(null)
  const [isPointed, setIsPointed] = useState(false)
  return (
    <>
      <button
        ref={button}
        type="button"
        className={classes.button}
        aria-label={`${hint}: ${of}`}
        // Not `disabled`, which would take the tooltip that says why.
        aria-disabled={isOff}
        aria-busy={isBusy}
        data-refresh={isRefresh}
        onClick={() => !isOff && !isBusy && onPress()}
        onPointerEnter={() => setIsPointed(true)}
        onPointerLeave={() => setIsPointed(false)}
        onFocus={({ currentTarget }) => setIsPointed(currentTarget.matches(':focus-visible'))}
        onBlur={() => setIsPointed(false)}
      >
        {children}
      </button>
      {isPointed && <Tooltip opened label={hint} target={button} />}
    </>
  )
}
