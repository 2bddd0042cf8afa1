import { Loader } from '@mantine/core'
import classes from './Plate.module.css'

/** Stands where content will be. */
export function Loading({ what }: { what: string }) {
  return (
    <div className={classes.plate} role="status">
      <Loader size="sm" type="dots" aria-hidden />
      <span className={classes.detail}>Loading {what}</span>
    </div>
  )
}
