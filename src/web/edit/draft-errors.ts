import { ApiError } from '../../api/client.ts'

/** What the server says of a draft, by field of the form. */
export function draftErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {}
  return Object.fromEntries((error.problem.errors ?? []).map(({ path, message }) => [fieldOf(path), message]))
}

/** `auth_config.token` is the field `token`; of a list or a map, all of it. */
const fieldOf = (path: string): string => path.replace(/^auth_config\.?/, '').split(/[.[]/)[0] ?? path
