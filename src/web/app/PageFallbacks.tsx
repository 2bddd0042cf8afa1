import { Anchor } from '@mantine/core'
import { IconMapQuestion } from '@tabler/icons-react'
import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Plate } from '../ui/Plate.tsx'
import { usePageTitle } from '../ui/page-title.ts'

/** In place of a page that failed; the shell around it stays. */
export const PageError = ({ error, reset }: ErrorComponentProps) => (
  <ErrorPlate error={error} what="This page" heading="h1" onRetry={reset} />
)

export function NotFound() {
  usePageTitle('There is no such page')
  return (
    <Plate
      Icon={IconMapQuestion}
      heading="h1"
      title="There is no such page"
      action={<Anchor renderRoot={(props) => <Link to="/" {...props} />}>All servers</Anchor>}
    />
  )
}
