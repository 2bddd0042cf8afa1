import { Button } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { Plate } from './Plate.tsx'

type Props = {
  readonly error: unknown
  /** What was to be shown, as in "The servers could not be loaded". */
  readonly what: string
  readonly onRetry?: () => void
  readonly heading?: 'h1' | 'h2'
}

/** Stands where content would be when it could not be had. */
export function ErrorPlate({ error, what, onRetry, heading = 'h2' }: Props) {
  return (
    <div role="alert">
      <Plate
        Icon={IconAlertTriangle}
        heading={heading}
        title={`${what} could not be loaded`}
        action={onRetry && <Button onClick={onRetry}>Try again</Button>}
      >
        {errorText(error)}
      </Plate>
    </div>
  )
}

export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error))
