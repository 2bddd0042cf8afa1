import { Modal, type ModalProps } from '@mantine/core'
import { useReturnFocus } from './return-focus.ts'

/** Asks or tells something before all else. It is there only while it is open, and gives the focus back. */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  useReturnFocus()
  return <Modal opened {...props} />
}
