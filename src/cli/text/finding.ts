import type { Finding } from '../../api/wire.ts'
import { oneLine } from './printable.ts'

/** What is wrong and where, if it is known where. */
export const findingText = ({ path, message }: Finding): string =>
  path === '' ? oneLine(message) : `${oneLine(path)}: ${oneLine(message)}`
