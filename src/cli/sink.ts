import type { Writable } from 'node:stream'

/** Where text goes: a terminal when `isTTY`. */
export type Sink = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }
