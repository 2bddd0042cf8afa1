import { Anchor, Button } from '@mantine/core'
import { IconMapQuestion, IconReload } from '@tabler/icons-react'
import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Plate } from '../ui/Plate.tsx'
import { usePageTitle } from '../ui/page-title.ts'

/** In place of a page that failed; the shell around it stays. */
export const PageError = ({ error, reset }: ErrorComponentProps) =>
  isOfMissingPart(error) ? <Outdated /> : <ErrorPlate error={error} what="This page" heading="h1" onRetry={reset} />

/** In place of all of it: what failed was the shell. */
export const ShellError = (props: ErrorComponentProps) => (
  <main>
    <PageError {...props} />
  </main>
)

/** Parts of the dashboard are files of one version of Omni2: a tab that stayed open over an upgrade asks for old ones. */
const Outdated = () => (
  <div role="alert">
    <Plate
      Icon={IconReload}
      heading="h1"
      title="This page has to be loaded again"
      action={<Button onClick={() => location.reload()}>Load it again</Button>}
    >
      A part of it cannot be had. Most often Omni2 was upgraded since this tab was opened.
    </Plate>
  </div>
)

/** As Chromium, Firefox and Safari say it of scripts, and Vite of style sheets. */
const isOfMissingPart = (error: unknown): boolean =>
  error instanceof Error && /dynamically imported module|importing a module script|preload CSS/i.test(error.message)

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
