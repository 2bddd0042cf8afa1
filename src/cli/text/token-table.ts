import { ago, localTime } from '../../api/time-text.ts'
import type { TokenView } from '../../api/tokens.ts'
import type { View } from '../context.ts'
import { type Column, fitting, tableLines } from './columns.ts'
import { oneLine } from './printable.ts'

export function tokenTable(tokens: readonly TokenView[], { paint, width, now }: View): string {
  const columns: readonly Column<TokenView>[] = [
    { title: 'ID', cell: ({ id }) => ({ text: String(id) }), align: 'right' },
    { title: 'NAME', cell: ({ name }) => ({ text: oneLine(name), paint: paint.strong }) },
    { title: 'ROLE', cell: ({ role }) => ({ text: role }) },
    { title: 'LIMITED TO', cell: (token) => ({ text: limitText(token) }), expendable: 4 },
    { title: 'LAST USED', cell: (token) => ({ text: ago(token.last_used_at, now) }), expendable: 1 },
    { title: 'EXPIRES', cell: (token) => expiry(token, now, paint.bad), expendable: 2 },
    { title: 'CREATED', cell: (token) => ({ text: localTime(token.created_at) }), expendable: 3 },
  ]
  return tableLines(fitting(columns, tokens, width), tokens, paint).join('\n')
}

function expiry({ expires_at }: TokenView, now: number, bad: (text: string) => string) {
  if (expires_at === null) return { text: 'never' }
  return Date.parse(expires_at) <= now ? { text: 'expired', paint: bad } : { text: localTime(expires_at) }
}

/** What is gone of a limit is told as such: the token opens that much less. */
function limitText({ limit }: TokenView): string {
  if (limit === null) return '-'
  return [...limit.servers, ...limit.collections].map(({ name }) => oneLine(name ?? '(gone)')).join(', ')
}
