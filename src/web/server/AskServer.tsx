import { Button, Group } from '@mantine/core'
import { Dialog } from '../ui/Dialog.tsx'

const ASKED = {
  disable: {
    label: 'Disable',
    follows:
      'It is not checked any more and takes no calls: agents lose its tools. An open incident of it ends. It can be enabled again at any time.',
  },
  delete: {
    label: 'Delete',
    follows:
      'Its configuration, credentials and history are removed, and agents lose its tools. This cannot be undone. To stop it for a while, disable it instead.',
  },
} as const

type Props = {
  readonly name: string
  readonly kind: keyof typeof ASKED
  readonly onClose: () => void
  readonly onGo: () => void
}

/** Asks once, and says what follows. */
export function AskServer({ name, kind, onClose, onGo }: Props) {
  const { label, follows } = ASKED[kind]
  return (
    <Dialog onClose={onClose} title={`${label} ${name}?`}>
      <p>{follows}</p>
      <Group gap="xs">
        <Button color="red" onClick={onGo}>
          {label}
        </Button>
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
      </Group>
    </Dialog>
  )
}
