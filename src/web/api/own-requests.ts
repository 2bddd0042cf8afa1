/** So long after the answer its consequences may still be on their way. */
const AFTERMATH_MS = 2_000

/** Servers that somebody changes or checks from this page, each with the time until which that counts. */
const until = new Map<number, number>()

/** Whether what happens to this server now was asked for here, so that it is no news to who looks. */
export const isOwnDoing = (serverId: number): boolean => (until.get(serverId) ?? 0) > Date.now()

/** `fetch`, remembering which server a request is about. Running a tool is not about the server. */
export const rememberingFetch: typeof fetch = async (input, init) => {
  const [, id] = /\/mcp\/servers\/(\d+)(?!.*\/tools\/)/.exec(String(input)) ?? []
  if (id === undefined || init?.method === 'GET') return fetch(input, init)
  until.set(Number(id), Number.POSITIVE_INFINITY)
  try {
    return await fetch(input, init)
  } finally {
    until.set(Number(id), Date.now() + AFTERMATH_MS)
  }
}
