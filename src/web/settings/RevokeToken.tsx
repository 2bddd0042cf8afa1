import { Button } from '@mantine/core'
import type { TokenView } from '../../api/tokens.ts'
import { useSession } from '../api/session.ts'
import { Dialog } from '../ui/Dialog.tsx'
import classes from './SettingsPage.module.css'

type Props = {
  readonly token: TokenView
  readonly isBusy: boolean
  readonly onClose: () => void
  readonly onRevoke: () => void
}

/** Asks once, and says who will be shut out. */
export function RevokeToken({ token: { name }, isBusy, onClose, onRevoke }: Props) {
  const own = useSession().name === name
  return (
    <Dialog onClose={onClose} title={`Revoke ${name}?`}>
      <p>
        Whatever uses this token is refused from now on, and browsers signed in with it are signed out
        {own && ': you too, if this session came from it'}. This cannot be undone.
      </p>
      <div className={classes.actions}>
        <Button color="red" loading={isBusy} onClick={onRevoke}>
          Revoke
        </Button>
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it
        </Button>
      </div>
    </Dialog>
  )
}
