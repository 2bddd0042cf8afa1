import { oneLine } from './printable.ts'

type Finding = { readonly path: string; readonly message: string }

/** What is wrong and where, if it is known where. */
export const findingText = ({ path, message }: Finding): string =>
  path === '' ? oneLine(message) : `${oneLine(path)}: ${oneLine(message)}`
